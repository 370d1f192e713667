//! The order in which go-yaml prints the keys of a map: letters by code point, runs of digits by
//! number.
//!
//! Version 2's comparison is not transitive (`a10` < `a1b` < `a2` < `a10`): for such keys its
//! output depends on the order it met them in. Invariant: we sort from byte order and never panic
//! on it.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::Flavor;
use crate::json::lossy;

/// Sorts keys for one version of go-yaml.
pub(super) fn sort<K: AsRef<[u8]>>(keys: &mut [K], flavor: Flavor) {
    // As a map has them, they mostly stand in this order.
    if are_sorted(keys.iter().map(AsRef::as_ref), flavor) {
        return;
    }
    let texts: Vec<Cow<'_, str>> = keys.iter().map(|key| lossy(key.as_ref())).collect();
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by(|a, b| texts[*a].cmp(&texts[*b]));
    if !order.windows(2).all(|pair| less(&texts[pair[0]], &texts[pair[1]], flavor)) {
        order = merge_sort(order, |a, b| less(&texts[a], &texts[b], flavor));
    }
    drop(texts);
    permute(keys, &order);
}

/// Whether keys stand in their order.
pub(super) fn are_sorted<'k>(mut keys: impl Iterator<Item = &'k [u8]>, flavor: Flavor) -> bool {
    let Some(mut before) = keys.next() else { return true };
    keys.all(|key| is_less(std::mem::replace(&mut before, key), key, flavor))
}

/// As [`less`], which most keys do not need.
#[inline]
fn is_less(a: &[u8], b: &[u8], flavor: Flavor) -> bool {
    match a.iter().zip(b).find(|(a, b)| a != b) {
        Some((a, b)) if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => a < b,
        _ => less(&lossy(a), &lossy(b), flavor),
    }
}

/// A stable sort that does not mind an order that is not total; the library's may panic on one.
fn merge_sort(mut order: Vec<usize>, less: impl Fn(usize, usize) -> bool) -> Vec<usize> {
    let mut spare = order.clone();
    let mut width = 1;
    while width < order.len() {
        for start in (0..order.len()).step_by(2 * width) {
            let middle = (start + width).min(order.len());
            let end = (start + 2 * width).min(order.len());
            let (left, right) = (&order[start..middle], &order[middle..end]);
            let (mut l, mut r) = (0, 0);
            for slot in &mut spare[start..end] {
                let from_left = l < left.len() && (r >= right.len() || !less(right[r], left[l]));
                *slot = if from_left { left[l] } else { right[r] };
                if from_left {
                    l += 1;
                } else {
                    r += 1;
                }
            }
        }
        std::mem::swap(&mut order, &mut spare);
        width *= 2;
    }
    order
}

/// Moves the key at `order[n]` to place `n`.
fn permute<K>(keys: &mut [K], order: &[usize]) {
    let mut done = vec![false; order.len()];
    for start in 0..order.len() {
        let mut at = start;
        while !done[at] {
            done[at] = true;
            let next = order[at];
            if next == start {
                break;
            }
            keys.swap(at, next);
            at = next;
        }
    }
}

fn less(a: &str, b: &str, flavor: Flavor) -> bool {
    let common = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    if let (Some(a), Some(b)) = (a.as_bytes().get(common), b.as_bytes().get(common))
        && a.is_ascii_alphabetic()
        && b.is_ascii_alphabetic()
    {
        return a < b;
    }
    let mut start = common;
    while !a.is_char_boundary(start) || !b.is_char_boundary(start) {
        start -= 1;
    }
    let (before, rest_a, rest_b) = (&a[..start], &a[start..], &b[start..]);
    let (Some(first_a), Some(first_b)) = (rest_a.chars().next(), rest_b.chars().next()) else {
        return rest_a.is_empty() && !rest_b.is_empty();
    };
    match (is_letter(first_a), is_letter(first_b)) {
        (true, true) => return first_a < first_b,
        (true, false) | (false, true) => {
            let after_digit = before.ends_with(|c: char| c.is_ascii_digit());
            let letters_first = flavor == Flavor::V3 && after_digit;
            return is_letter(if letters_first { first_a } else { first_b });
        }
        (false, false) => {}
    }
    // A zero inside a number counts as a digit, at its beginning it does not.
    let inside = (first_a == '0' || first_b == '0')
        && before.chars().rev().take_while(char::is_ascii_digit).any(|c| c != '0');
    let (number_a, len_a) = leading_number(rest_a, inside);
    let (number_b, len_b) = leading_number(rest_b, inside);
    match number_a.cmp(&number_b).then(len_a.cmp(&len_b)) {
        Ordering::Less => true,
        Ordering::Greater => false,
        Ordering::Equal => first_a < first_b,
    }
}

/// The number at the beginning as Go's wrapping `int64`, and how many digits it has.
fn leading_number(text: &str, inside: bool) -> (i64, usize) {
    let digits = text.bytes().take_while(u8::is_ascii_digit);
    digits.fold((i64::from(inside), 0), |(number, len), digit| {
        (number.wrapping_mul(10).wrapping_add(i64::from(digit - b'0')), len + 1)
    })
}

fn is_letter(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphabetic() } else { c.is_alphabetic() && !c.is_numeric() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_letters() {
        let mut keys = vec!["a10", "a2", "b", "A", "1", "_x", "a", "a02", "a-b", "aB"];
        sort(&mut keys, Flavor::V2);
        assert_eq!(keys, ["_x", "1", "A", "a", "a-b", "a2", "a02", "a10", "aB", "b"]);
    }

    #[test]
    fn an_order_that_is_not_total_does_not_panic() {
        let mut keys: Vec<String> =
            (0..200).map(|n| format!("a{}{}", n % 13, ["", "b", "0"][n % 3])).collect();
        sort(&mut keys, Flavor::V2);
        assert_eq!(keys.len(), 200);
    }
}
