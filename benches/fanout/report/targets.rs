//! The targets, and whether they are met.

use crate::figures::Figures;

/// The table of targets.
pub(super) fn table(_figures: &Figures) -> String {
    String::new()
}
