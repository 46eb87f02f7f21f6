//! The custom parameters of the vocabulary.
