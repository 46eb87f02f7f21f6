//! Our own pseudo-random numbers: xoshiro256++ seeded through SplitMix64, integers only.
//!
//! A published seed must give the same run in every release, and crates on offer allow themselves value-breaking changes;
//! so the generator is ours and a test pins its stream. Each component draws from a stream of its own, derived from the
//! scenario's seed and the component's name: what one draws never shifts another's numbers. Not for secrets.
//!
//! Source of the algorithms: Blackman and Vigna, "Scrambled linear pseudorandom number generators" (2021), and Steele, Lea,
//! Flood, "Fast splittable pseudorandom number generators" (2014).

use std::time::Duration;

use super::StableHasher;

/// The one number that, with the scenario, decides a whole run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed(pub u64);

impl Seed {
    /// The stream of the component called `name`.
    pub fn stream(self, name: &str) -> Random {
        Random::new(self.0 ^ StableHasher::of(name))
    }
}

/// A probability as a fraction, so that no floating point decides an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ratio {
    /// How many of `of`.
    pub numerator: u32,
    /// Out of how many; never 0.
    pub denominator: u32,
}

/// One stream of pseudo-random numbers.
#[derive(Debug, Clone)]
pub struct Random {
    state: [u64; 4],
}

impl Random {
    /// A stream from a 64-bit seed.
    pub fn new(seed: u64) -> Self {
        let mut split_mix = seed;
        let state = std::array::from_fn(|_| {
            split_mix = split_mix.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = split_mix;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        });
        Random { state }
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// A number from the closed range `low ..= high` (either order), each equally likely.
    pub fn range_inclusive(&mut self, low: u64, high: u64) -> u64 {
        let (low, high) = (low.min(high), low.max(high));
        let Some(span) = (high - low).checked_add(1) else {
            return self.next_u64();
        };
        // Values above the last whole multiple of the span would favour low results: draw again.
        let limit = u64::MAX - (u64::MAX % span + 1) % span;
        loop {
            let draw = self.next_u64();
            if draw <= limit {
                return low + draw % span;
            }
        }
    }

    /// An index below `len`; 0 if `len` is 0.
    pub fn index(&mut self, len: usize) -> usize {
        self.range_inclusive(0, (len as u64).saturating_sub(1)) as usize
    }

    /// True with the given probability.
    pub fn chance(&mut self, ratio: Ratio) -> bool {
        self.range_inclusive(1, u64::from(ratio.denominator)) <= u64::from(ratio.numerator)
    }

    /// A duration from the closed range, in nanoseconds.
    pub fn duration(&mut self, low: Duration, high: Duration) -> Duration {
        let nanos = |duration: Duration| u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        Duration::from_nanos(self.range_inclusive(nanos(low), nanos(high)))
    }

    /// `len` characters of the alphabet that Kubernetes uses for generated names (apimachinery `util/rand`): no vowels,
    /// nothing that reads like another character.
    pub fn name_suffix(&mut self, len: usize) -> String {
        const ALPHABET: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";
        (0..len)
            .map(|_| char::from(ALPHABET[self.index(ALPHABET.len())]))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The stream is part of the product's promise: a published seed replays in every release.
    #[test]
    fn the_stream_of_a_seed_never_changes() {
        let mut random = Seed(42).stream("scheduler");
        let stream: Vec<u64> = (0..4).map(|_| random.next_u64()).collect();
        assert_eq!(stream, GOLDEN_STREAM);
        // The reference values of xoshiro256++ for the state 1, 2, 3, 4, as its authors' C program prints them.
        let mut reference = Random { state: [1, 2, 3, 4] };
        let stream: Vec<u64> = (0..3).map(|_| reference.next_u64()).collect();
        assert_eq!(stream, [41_943_041, 58_720_359, 3_588_806_011_781_223]);
    }

    const GOLDEN_STREAM: [u64; 4] = [
        2_008_523_854_459_011_531,
        17_095_958_271_231_192_564,
        482_059_298_929_586_055,
        5_934_722_921_411_713_132,
    ];

    #[test]
    fn closed_ranges_reach_both_ends_and_nothing_else() {
        let mut random = Random::new(7);
        let mut seen = [0_u32; 3];
        for _ in 0..3_000 {
            seen[(random.range_inclusive(5, 7) - 5) as usize] += 1;
        }
        assert!(seen.iter().all(|count| (800..1_200).contains(count)), "{seen:?}");
        assert_eq!(random.range_inclusive(9, 9), 9);
        assert!(
            (3..=4).contains(&random.range_inclusive(4, 3)),
            "a reversed range is the same range"
        );
        random.range_inclusive(0, u64::MAX);
    }

    #[test]
    fn streams_of_two_names_differ() {
        assert_ne!(Seed(1).stream("a").next_u64(), Seed(1).stream("b").next_u64());
    }

    #[test]
    fn generated_suffixes_use_the_api_servers_alphabet() {
        let suffix = Random::new(1).name_suffix(64);
        assert!(
            suffix.chars().all(|c| "bcdfghjklmnpqrstvwxz2456789".contains(c)),
            "{suffix}"
        );
    }
}
