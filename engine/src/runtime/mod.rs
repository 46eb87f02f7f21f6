//! What processes in containers do.
