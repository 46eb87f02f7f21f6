//! Random texts for property tests: a small generator whose draws are the same in every run.

/// A linear congruential generator (Knuth's MMIX constants); the high bits are used.
pub(crate) struct Draws(pub(crate) u64);

impl Draws {
    /// A number below `below`, which must not be 0.
    pub(crate) fn next(&mut self, below: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }

    /// One of these.
    pub(crate) fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.next(choices.len())]
    }

    /// Up to `longest` of these in a row.
    pub(crate) fn text(&mut self, longest: usize, choices: &[&str]) -> String {
        (0..self.next(longest + 1)).map(|_| self.pick(choices)).collect()
    }
}
