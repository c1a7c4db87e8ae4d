// SPDX-License-Identifier: GPL-2.0-only

//! How two lists of lines differ: the fewest lines taken away and added, by Myers' greedy algorithm.

use std::collections::HashMap;

/// Lines of `old` that are gone behind `-`, lines of `new` that came behind `+`, in the order of the texts. Empty if there is no
/// difference.
pub fn difference(old: &[String], new: &[String]) -> String {
    let n_same = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[n_same..], &new[n_same..]);
    let n_same = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[..old.len() - n_same], &new[..new.len() - n_same]);
    let mut changes = changes(old, new);
    changes.reverse();
    let line = |change: &Change| match *change {
        Change::Gone(at) => format!("-{}\n", old[at]),
        Change::Came(at) => format!("+{}\n", new[at]),
    };
    changes.iter().map(line).collect()
}

/// A line's number in its own text.
#[derive(Clone, Copy)]
enum Change {
    Gone(usize),
    Came(usize),
}

/// How far each diagonal `x - y` was reached in `old`, for one number of changes.
type Reached = HashMap<isize, usize>;

/// The changes, last first.
fn changes(old: &[String], new: &[String]) -> Vec<Change> {
    let mut steps: Vec<Reached> = Vec::new();
    let mut reached = Reached::from([(1, 0)]);
    for n_changes in 0.. {
        steps.push(reached.clone());
        for diagonal in (-n_changes..=n_changes).step_by(2) {
            let mut x = if is_down(&reached, diagonal, n_changes) {
                reached[&(diagonal + 1)]
            } else {
                reached[&(diagonal - 1)] + 1
            };
            while old.get(x).is_some_and(|line| new.get(y_of(x, diagonal)) == Some(line)) {
                x += 1;
            }
            reached.insert(diagonal, x);
            if x >= old.len() && y_of(x, diagonal) >= new.len() {
                return back(&steps, old.len(), new.len());
            }
        }
    }
    unreachable!("as many changes as there are lines are enough")
}

/// Whether the best way to a diagonal is by a line that came.
fn is_down(reached: &Reached, diagonal: isize, n_changes: isize) -> bool {
    let from = |diagonal| reached.get(&diagonal).copied();
    diagonal == -n_changes || diagonal != n_changes && from(diagonal - 1) < from(diagonal + 1)
}

/// The way back from the end, by what was reached before each change.
fn back(steps: &[Reached], n_old: usize, n_new: usize) -> Vec<Change> {
    let (mut x, mut y) = (n_old, n_new);
    let mut changes = Vec::new();
    for (n_changes, reached) in steps.iter().enumerate().skip(1).rev() {
        let diagonal = x.cast_signed() - y.cast_signed();
        let is_down = is_down(reached, diagonal, n_changes.cast_signed());
        let before = if is_down { diagonal + 1 } else { diagonal - 1 };
        x = reached[&before];
        y = y_of(x, before);
        changes.push(if is_down { Change::Came(y) } else { Change::Gone(x) });
    }
    changes
}

fn y_of(x: usize, diagonal: isize) -> usize {
    x.wrapping_add_signed(-diagonal)
}

#[test]
fn fewest_changes_are_found() {
    let lines = |text: &str| text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    for (old, new, wanted) in [
        ("a b c", "a b c", ""),
        ("", "a", "+a\n"),
        ("a", "", "-a\n"),
        ("a b c a b b a", "c b a b a c", "-a\n-b\n+b\n-b\n+c\n"),
        ("a b c d", "a x c d e", "-b\n+x\n+e\n"),
        ("a b", "c d", "-a\n-b\n+c\n+d\n"),
    ] {
        assert_eq!(difference(&lines(old), &lines(new)), wanted, "{old} | {new}");
    }
}
