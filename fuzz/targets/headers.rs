#![no_main]
//! See `headers` in `src/lib.rs`.

libfuzzer_sys::fuzz_target!(|input: &[u8]| sync_fuzz::headers(input));
