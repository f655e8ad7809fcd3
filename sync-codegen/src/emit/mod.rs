//! The model as text. Nothing here opens a file.

pub mod rust;
pub mod writer;

/// Stands in until the TypeScript is written.
pub(crate) fn typescript(_api: &sync_schema::Api) -> Result<String, Vec<crate::Diagnostic>> {
    Ok(String::new())
}
