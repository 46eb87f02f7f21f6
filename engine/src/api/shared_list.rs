//! A list that all versions of an object share until one of them changes it.
//!
//! The timeline keeps every version of every object, and most changes leave most lists alone: owners never change, finalizers are
//! mostly none. A copy costs a reference count, an empty list nothing; a change costs a copy of the list.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// A list; copied when it is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedList<T>(Option<Arc<[T]>>);

impl<T> Default for SharedList<T> {
    fn default() -> Self {
        SharedList(None)
    }
}

impl<T> Deref for SharedList<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.0.as_deref().unwrap_or_default()
    }
}

impl<T: Clone> DerefMut for SharedList<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        self.0.as_mut().map(Arc::make_mut).unwrap_or_default()
    }
}

impl<T> From<Vec<T>> for SharedList<T> {
    fn from(items: Vec<T>) -> Self {
        SharedList((!items.is_empty()).then(|| items.into()))
    }
}

impl<T> FromIterator<T> for SharedList<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        items.into_iter().collect::<Vec<T>>().into()
    }
}

impl<'a, T> IntoIterator for &'a SharedList<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: Clone> SharedList<T> {
    /// Changes the list.
    pub fn edit<R>(&mut self, change: impl FnOnce(&mut Vec<T>) -> R) -> R {
        let mut items = self.to_vec();
        let result = change(&mut items);
        *self = items.into();
        result
    }

    /// Adds an item at the end.
    pub fn push(&mut self, item: T) {
        self.edit(|items| items.push(item));
    }

    /// Keeps those items for which `keep` is true.
    pub fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        if !self.is_empty() {
            self.edit(|items| items.retain(keep));
        }
    }

    /// Becomes the same as another list if it says the same.
    pub fn share_with(&mut self, other: &Self)
    where
        T: PartialEq,
    {
        if self == other {
            self.clone_from(other);
        }
    }

    /// Takes all items away.
    pub fn clear(&mut self) {
        self.0 = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_shared_until_it_changes() {
        let list = SharedList::from(vec![1, 2]);
        let mut copy = list.clone();
        assert_eq!(copy.as_ptr(), list.as_ptr());
        copy.push(3);
        copy.iter_mut().for_each(|item| *item *= 10);
        copy.retain(|item| *item != 20);
        assert_eq!((list.to_vec(), copy.to_vec()), (vec![1, 2], vec![10, 30]));
        copy.clear();
        assert_eq!(copy, SharedList::from(Vec::new()));
    }
}
