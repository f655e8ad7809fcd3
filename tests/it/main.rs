//! The one test binary.

mod codegen;
mod delivery;
mod events;
mod mistakes;
mod outside;
mod tidy;
