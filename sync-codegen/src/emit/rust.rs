//! The module tree and the dispatch table.
