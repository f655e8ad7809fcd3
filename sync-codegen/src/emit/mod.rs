//! The model as text. Nothing here opens a file.

pub mod rust;
pub mod writer;

/// Stands in until the TypeScript is written: no text, and nothing wrong.
pub(crate) fn typescript(_api: &sync_schema::Api) -> Result<String, Vec<crate::Diagnostic>> {
    Err(Vec::new())
}
