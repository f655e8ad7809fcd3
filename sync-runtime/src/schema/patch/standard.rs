//! The types of the standard library and of serde_json.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::hash::Hash;
use std::num::{NonZeroU8, NonZeroU16, NonZeroU32};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::super::standard::{Hasher, Shown, SmallArray};
use super::super::{Element, Empty, Key};
use super::{Patch, PatchWriter, diff_whole};

macro_rules! leaves {
    ($($leaf:ty),* $(,)?) => { $(
        impl Patch for $leaf {
            fn is_same(&self, other: &Self) -> bool {
                self == other
            }

            fn diff(old: &mut Self, new: &Self, out: &mut PatchWriter) {
                diff_whole(old, new, old == new, out);
            }
        }
    )* };
}

leaves! {
    (), bool, i8, i16, u8, u16, i32, u32, char, String, Box<str>, Arc<str>, Cow<'static, str>, NonZeroU8, NonZeroU16, NonZeroU32, Empty,
}

/// A number that is none is not equal to itself, and would be a change for ever.
macro_rules! floats {
    ($($float:ty),*) => { $(
        impl Patch for $float {
            fn is_same(&self, other: &Self) -> bool {
                self.to_bits() == other.to_bits()
            }

            fn diff(old: &mut Self, new: &Self, out: &mut PatchWriter) {
                diff_whole(old, new, old.is_same(new), out);
            }
        }
    )* };
}

floats!(f32, f64);

impl<T: Patch> Patch for Option<T> {
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Some(one), Some(other)) => one.is_same(other),
            (None, None) => true,
            _ => false,
        }
    }

    fn diff(old: &mut Self, new: &Self, out: &mut PatchWriter) {
        match (&mut *old, new) {
            (Some(old), Some(new)) => T::diff(old, new, out),
            (None, None) => {}
            _ => diff_whole(old, new, false, out),
        }
    }
}

impl<T: Patch> Patch for Box<T> {
    fn is_same(&self, other: &Self) -> bool {
        (**self).is_same(other)
    }

    fn diff(old: &mut Self, new: &Self, out: &mut PatchWriter) {
        T::diff(old, new, out);
    }
}

/// What the two values share has not changed, however large it is.
impl<T: Patch> Patch for Arc<T> {
    fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(self, other) || (**self).is_same(other)
    }

    fn diff(old: &mut Self, new: &Self, out: &mut PatchWriter) {
        if !Arc::ptr_eq(old, new) {
            T::diff(Arc::make_mut(old), new, out);
            // The next time they are found to be the same without being looked at.
            old.clone_from(new);
        }
    }
}

impl<T: Patch + Element> Patch for Vec<T> {
    fn is_same(&self, other: &Self) -> bool {
        are_same(self.iter(), other.iter())
    }

    fn diff(old: &mut Self, new: &Self, out: &mut PatchWriter) {
        diff_list(old, new, out);
    }
}

impl<T: Patch + Element> Patch for Box<[T]> {
    fn is_same(&self, other: &Self) -> bool {
        are_same(self.iter(), other.iter())
    }

    fn diff(old: &mut Self, new: &Self, out: &mut PatchWriter) {
        let mut list = std::mem::take(old).into_vec();
        diff_list(&mut list, new, out);
        *old = list.into();
    }
}

impl<T: Patch + Element> Patch for VecDeque<T> {
    fn is_same(&self, other: &Self) -> bool {
        are_same(self.iter(), other.iter())
    }

    fn diff(old: &mut Self, new: &Self, out: &mut PatchWriter) {
        let mut list = Vec::from(std::mem::take(old));
        match new.as_slices() {
            (new, []) => diff_list(&mut list, new, out),
            (front, back) => diff_list(&mut list, &[front, back].concat(), out),
        }
        *old = list.into();
    }
}

/// The order of an array whose items are sorted is known to both sides.
impl<T: Element + Ord> Patch for BTreeSet<T> {
    fn is_same(&self, other: &Self) -> bool {
        self == other
    }

    fn diff(old: &mut Self, new: &Self, out: &mut PatchWriter) {
        let mut index = 0;
        let mut kept = old.iter().peekable();
        for item in new {
            while kept.next_if(|kept| *kept < item).is_some() {
                out.inside(index, PatchWriter::remove);
            }
            if kept.next_if_eq(&item).is_none() {
                out.inside(index, |out| out.add(item));
            }
            index += 1;
        }
        kept.for_each(|_| out.inside(index, PatchWriter::remove));
        old.retain(|item| new.contains(item));
        new.iter().filter(|item| !old.contains(item)).cloned().collect::<Vec<_>>().into_iter().for_each(|item| {
            old.insert(item);
        });
    }
}

/// The order in which such a set is written differs from one copy to the next, so no item has a place that both sides know.
impl<T: Element + Eq + Hash, S: Hasher> Patch for HashSet<T, S> {
    fn is_same(&self, other: &Self) -> bool {
        self == other
    }

    fn diff(old: &mut Self, new: &Self, out: &mut PatchWriter) {
        diff_whole(old, new, old == new, out);
    }
}

impl<K: Key<false> + Ord, V: Patch> Patch for BTreeMap<K, V> {
    fn is_same(&self, other: &Self) -> bool {
        let are_same = |((key, value), (other_key, other)): (_, (_, &V))| key == other_key && V::is_same(value, other);
        self.len() == other.len() && self.iter().zip(other).all(are_same)
    }

    fn diff(old: &mut Self, new: &Self, out: &mut PatchWriter) {
        let (mut gone, mut added) = (Vec::new(), Vec::new());
        let mut kept = old.iter_mut().peekable();
        for (key, value) in new {
            while let Some((old_key, _)) = kept.next_if(|(old_key, _)| *old_key < key) {
                out.inside(Shown(old_key), PatchWriter::remove);
                gone.push(old_key.clone());
            }
            match kept.next_if(|(old_key, _)| *old_key == key) {
                Some((_, old)) if old.is_same(value) => {}
                Some((_, old)) => out.inside(Shown(key), |out| V::diff(old, value, out)),
                None => {
                    out.inside(Shown(key), |out| out.add(value));
                    added.push((key.clone(), value.clone()));
                }
            }
        }
        for (old_key, _) in kept {
            out.inside(Shown(old_key), PatchWriter::remove);
            gone.push(old_key.clone());
        }
        for key in gone {
            old.remove(&key);
        }
        old.extend(added);
    }
}

impl<K: Key<false> + Eq + Hash, V: Patch, S: Hasher> Patch for HashMap<K, V, S> {
    fn is_same(&self, other: &Self) -> bool {
        let is_there = |(key, value): (&K, &V)| other.get(key).is_some_and(|other| value.is_same(other));
        self.len() == other.len() && self.iter().all(is_there)
    }

    fn diff(old: &mut Self, new: &Self, out: &mut PatchWriter) {
        old.retain(|key, _| {
            let is_kept = new.contains_key(key);
            if !is_kept {
                out.inside(Shown(key), PatchWriter::remove);
            }
            is_kept
        });
        for (key, value) in new {
            match old.get_mut(key) {
                Some(old) if old.is_same(value) => {}
                Some(old) => out.inside(Shown(key), |out| V::diff(old, value, out)),
                None => {
                    out.inside(Shown(key), |out| out.add(value));
                    old.insert(key.clone(), value.clone());
                }
            }
        }
    }
}

impl Patch for Map<String, Value> {
    fn is_same(&self, other: &Self) -> bool {
        self == other
    }

    fn diff(old: &mut Self, new: &Self, out: &mut PatchWriter) {
        let gone: Vec<_> = old.keys().filter(|key| !new.contains_key(*key)).cloned().collect();
        for key in gone {
            old.remove(&key);
            out.inside(&key, PatchWriter::remove);
        }
        for (key, value) in new {
            match old.get_mut(key) {
                Some(old) if old == value => {}
                Some(old) => out.inside(key, |out| Value::diff(old, value, out)),
                None => {
                    out.inside(key, |out| out.add(value));
                    old.insert(key.clone(), value.clone());
                }
            }
        }
    }
}

impl Patch for Value {
    fn is_same(&self, other: &Self) -> bool {
        self == other
    }

    fn diff(old: &mut Self, new: &Self, out: &mut PatchWriter) {
        match (&mut *old, new) {
            (Self::Object(old), Self::Object(new)) => Map::diff(old, new, out),
            (Self::Array(old), Self::Array(new)) => diff_list(old, new, out),
            _ => diff_whole(old, new, old == new, out),
        }
    }
}

impl<T: Patch + Element, const N: usize> Patch for [T; N]
where
    [T; N]: SmallArray,
{
    fn is_same(&self, other: &Self) -> bool {
        are_same(self.iter(), other.iter())
    }

    fn diff(old: &mut Self, new: &Self, out: &mut PatchWriter) {
        diff_items(0, old, new, out);
    }
}

macro_rules! tuples {
    ($( ($($name:ident $index:tt),+) )*) => { $(
        impl<$($name: Patch),+> Patch for ($($name,)+) {
            fn is_same(&self, other: &Self) -> bool {
                $(self.$index.is_same(&other.$index))&&+
            }

            fn diff(old: &mut Self, new: &Self, out: &mut PatchWriter) {
                $(out.inside($index, |out| $name::diff(&mut old.$index, &new.$index, out));)+
            }
        }
    )* };
}

tuples! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11)
}

fn are_same<'a, T: Patch>(
    one: impl ExactSizeIterator<Item = &'a T>,
    other: impl ExactSizeIterator<Item = &'a T>,
) -> bool {
    one.len() == other.len() && one.zip(other).all(|(one, other)| one.is_same(other))
}

/// Compares lists: cuts off what is equal at both ends. What is left has moved by one place, or is compared item by item, and what is too
/// many or too few of it is removed or added behind that.
fn diff_list<T: Patch>(old: &mut Vec<T>, new: &[T], out: &mut PatchWriter) {
    let start = old.iter().zip(new).take_while(|(old, new)| old.is_same(new)).count();
    let rest = old.len().min(new.len()) - start;
    let ends = old.iter().rev().zip(new.iter().rev()).take(rest);
    let end = ends.take_while(|(old, new)| old.is_same(new)).count();
    let (old_end, changed) = (old.len() - end, &new[start..new.len() - end]);
    if let Some((from, to)) = turn(&mut old[start..old_end], changed) {
        return out.shift(start + from, start + to);
    }
    let common = start + changed.len().min(old_end - start);
    diff_items(start, &mut old[start..common], changed, out);
    for index in (common..old_end).rev() {
        out.inside(index, PatchWriter::remove);
    }
    let added = &changed[common - start..];
    for (index, item) in (common..).zip(added) {
        out.inside(index, |out| out.add(item));
    }
    old.splice(common..old_end, added.iter().cloned());
}

/// Compares items one by one; the first has the place `start`.
fn diff_items<T: Patch>(start: usize, old: &mut [T], new: &[T], out: &mut PatchWriter) {
    for (index, (old, new)) in (start..).zip(old.iter_mut().zip(new)) {
        if !old.is_same(new) {
            out.inside(index, |out| T::diff(old, new, out));
        }
    }
}

/// If all that has changed is that one item has moved to the other end, moves it there, and returns from where to where.
fn turn<T: Patch>(old: &mut [T], new: &[T]) -> Option<(usize, usize)> {
    let last = old.len().checked_sub(1).filter(|last| *last > 0 && new.len() == old.len())?;
    if old[0].is_same(&new[last]) && are_same(old[1..].iter(), new[..last].iter()) {
        old.rotate_left(1);
        Some((0, last))
    } else if old[last].is_same(&new[0]) && are_same(old[..last].iter(), new[1..].iter()) {
        old.rotate_right(1);
        Some((last, 0))
    } else {
        None
    }
}
