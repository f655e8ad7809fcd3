//! The one test binary.

mod addresses;
mod arguments;
mod bad_input;
mod canonical;
mod codegen;
mod compiled_once;
mod concurrent;
mod cookies;
mod delivery;
mod direct;
mod editor;
mod events;
mod foreign;
mod groups;
mod mistakes;
mod outside;
mod requests;
mod rooms;
mod sessions;
mod strain;
mod tidy;
mod typescript;
mod ui;
mod values;
mod watched;
mod wire;
