#![no_main]
//! See `bodies` in `src/lib.rs`.

libfuzzer_sys::fuzz_target!(|input: &[u8]| sync_fuzz::bodies(input));
