//! Numbers that look random and follow from a seed alone: SplitMix64
//! (<https://prng.di.unimi.it/splitmix64.c>, public domain).

/// A stream of numbers.
pub(super) struct Random(u64);

impl Random {
    pub(super) const fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, which is not zero and far below 2⁶⁴, so that the bias does not matter.
    pub(super) const fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// The `RequestId` of the n-th answer: a version 4 UUID in form, and always the same one.
pub(super) fn request_id(n: u64) -> String {
    let mut random = Random::seeded(n);
    let (high, low) = (random.next(), random.next());
    let (high, low) = (high & !0xf000 | 0x4000, low >> 2 | 1 << 63);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first outputs of the reference implementation for the seed 1234567.
    #[test]
    fn the_numbers_are_the_reference_implementations() {
        let mut random = Random::seeded(1_234_567);
        let first: [u64; 3] = [random.next(), random.next(), random.next()];
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn a_request_id_is_a_uuid_and_each_its_own() {
        let ids: std::collections::BTreeSet<String> = (0..1000).map(request_id).collect();
        assert_eq!(ids.len(), 1000);
        for id in ids {
            let parts: Vec<&str> = id.split('-').collect();
            assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12], "{id}");
            assert!(parts[2].starts_with('4') && parts[3].starts_with(['8', '9', 'a', 'b']), "{id}");
        }
    }
}
