//! Where every choice comes from: which fault, who acts next, where it crashes.
//!
//! Choice 0 is always the ordinary one. A depth-first search runs every list of choices; a seeded walk draws them.

/// Makes choices.
pub trait Chooser {
    /// One of so many.
    fn choose(&mut self, options: usize) -> usize;
}

/// A list of choices that is followed to its end, and then extended by ordinary ones.
#[derive(Clone, Debug, Default)]
pub struct List {
    taken: Vec<usize>,
    options: Vec<usize>,
    at: usize,
}

impl List {
    /// A list to be followed.
    pub fn of(taken: Vec<usize>) -> Self {
        Self { taken, options: Vec::new(), at: 0 }
    }

    /// The choices that were made.
    pub fn taken(&self) -> &[usize] {
        &self.taken
    }

    /// The next list in depth-first order; `None` after the last.
    pub fn next(mut self) -> Option<Self> {
        while let (Some(last), Some(options)) = (self.taken.pop(), self.options.pop()) {
            if last + 1 < options {
                self.taken.push(last + 1);
                return Some(Self::of(self.taken));
            }
        }
        None
    }
}

impl Chooser for List {
    fn choose(&mut self, options: usize) -> usize {
        if self.at == self.taken.len() {
            self.taken.push(0);
        }
        let choice = self.taken[self.at];
        assert!(choice < options, "choice {choice} of {options}: this list was made for another program");
        self.options.truncate(self.at);
        self.options.push(options);
        self.at += 1;
        choice
    }
}

/// Draws choices; one in `rarity` is not the ordinary one. The same seed draws the same ones (splitmix64).
pub struct Walk {
    state: u64,
    rarity: u64,
    /// What was drawn, for a replay.
    pub taken: Vec<usize>,
}

impl Walk {
    pub fn seeded(seed: u64, rarity: u64) -> Self {
        Self { state: seed, rarity, taken: Vec::new() }
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}

impl Chooser for Walk {
    fn choose(&mut self, options: usize) -> usize {
        let unusual = options > 1 && self.below(self.rarity) == 0;
        let others = u64::try_from(options).unwrap() - 1;
        let choice = if unusual { 1 + usize::try_from(self.below(others)).unwrap() } else { 0 };
        self.taken.push(choice);
        choice
    }
}
