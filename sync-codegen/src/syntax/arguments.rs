//! What stands in the brackets of `#[sync::server(…)]`, `#[sync::client(…)]` and `#[sync::room(…)]`.
