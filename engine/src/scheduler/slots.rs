//! A set of node slots: a bit each. The order of slots is the order of node names.

/// A set of slots.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Slots {
    words: Vec<u64>,
    len: usize,
}

impl Slots {
    /// The slots below `len`.
    pub fn all(len: usize) -> Self {
        let mut words = vec![u64::MAX; len / 64];
        if !len.is_multiple_of(64) {
            words.push((1 << (len % 64)) - 1);
        }
        Slots { words, len }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether a slot is in the set.
    pub fn contains(&self, slot: usize) -> bool {
        self.words
            .get(slot / 64)
            .is_some_and(|word| word >> (slot % 64) & 1 == 1)
    }

    /// Puts a slot in.
    pub fn insert(&mut self, slot: usize) {
        if self.words.len() <= slot / 64 {
            self.words.resize(slot / 64 + 1, 0);
        }
        if let Some(word) = self.words.get_mut(slot / 64) {
            self.len += usize::from(*word >> (slot % 64) & 1 == 0);
            *word |= 1 << (slot % 64);
        }
    }

    /// Takes a slot out.
    pub fn remove(&mut self, slot: usize) {
        if let Some(word) = self.words.get_mut(slot / 64) {
            self.len -= usize::from(*word >> (slot % 64) & 1 == 1);
            *word &= !(1 << (slot % 64));
        }
    }

    /// Puts all of another set in.
    pub fn unite(&mut self, other: &Slots) {
        if self.words.len() < other.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            *word |= more;
        }
        self.count();
    }

    /// What is in both sets.
    #[must_use]
    pub fn intersection(&self, other: &Slots) -> Slots {
        let words = self.words.iter().zip(&other.words).map(|(a, b)| a & b);
        let mut both = Slots {
            words: words.collect(),
            len: 0,
        };
        both.count();
        both
    }

    fn count(&mut self) {
        self.len = self.words.iter().map(|word| word.count_ones() as usize).sum();
    }

    /// The slots in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        self.words.iter().enumerate().flat_map(|(position, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let slot = (rest != 0).then(|| position * 64 + rest.trailing_zeros() as usize)?;
                rest &= rest - 1;
                Some(slot)
            })
        })
    }

    /// The slot with `index` smaller ones in the set.
    pub fn nth(&self, mut index: usize) -> Option<usize> {
        for (position, word) in self.words.iter().enumerate() {
            let count = word.count_ones() as usize;
            if index < count {
                let mut rest = *word;
                for _ in 0..index {
                    rest &= rest - 1;
                }
                return Some(position * 64 + rest.trailing_zeros() as usize);
            }
            index -= count;
        }
        None
    }
}
