//! Nothing: what this asks for is what it is there for.
