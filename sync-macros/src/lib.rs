//! sync-macros
