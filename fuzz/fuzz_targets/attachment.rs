#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| luodi_fuzz::attachment(bytes));
