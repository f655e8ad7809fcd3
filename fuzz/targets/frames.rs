#![no_main]
//! See `frames` in `src/lib.rs`.

libfuzzer_sys::fuzz_target!(|input: &[u8]| sync_fuzz::frames(input));
