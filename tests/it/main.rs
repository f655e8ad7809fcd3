//! The one test binary.

mod codegen;
mod compiled_once;
mod delivery;
mod events;
mod mistakes;
mod outside;
mod tidy;
