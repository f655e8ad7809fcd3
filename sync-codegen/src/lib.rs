//! sync-codegen
