#![no_main]

mod json;

// Of the two JSON texts one is changed; the one that stands last can grow.
libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    match data[..size].iter().position(|byte| *byte == b'\n') {
        Some(end) if seed % 8 > 3 => {
            end + 1 + json::mutate(&mut data[end + 1..], size - end - 1, max_size - end - 1, seed)
        }
        Some(end) if seed % 8 > 0 => {
            let event = data[end..size].to_vec();
            let end = json::mutate(data, end, max_size - event.len(), seed);
            data[end..end + event.len()].copy_from_slice(&event);
            end + event.len()
        }
        _ => libfuzzer_sys::fuzzer_mutate(data, size, max_size),
    }
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::pattern::check(bytes));
