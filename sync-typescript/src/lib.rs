//! What a shape is in TypeScript.
//!
//! Shapes in, type expressions out: the generator makes a file of them, and a program with wire types says with them what each is to
//! ts-rs. It knows one type at a time, and no app; what a type is called, whoever asks decides ([`render::Naming`]).

#![forbid(unsafe_code)]

pub mod inherited;
pub mod name;
pub mod render;
mod standalone;
pub mod tree;

pub use standalone::standalone;
