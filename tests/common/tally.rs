// SPDX-License-Identifier: GPL-2.0-only

//! What a test says that compares many things, for the scripts that run it on captured kernels: a line for each, then
//! `N passed, N failed`, with `, N skipped` if there are any, as every comparison ends. It goes to the file that `POSTLINK_REPORT` names.

use std::fs;
use std::path::PathBuf;

/// Lines and counts of one comparison.
#[derive(Default)]
pub struct Tally {
    lines: Vec<String>,
    n_passed: usize,
    n_failed: usize,
    n_skipped: usize,
}

impl Tally {
    /// Says something about no case of its own.
    pub fn say(&mut self, line: String) {
        self.lines.push(line);
    }

    /// A case whose two sides are equal, told in a line.
    pub fn pass(&mut self, line: String) {
        self.n_passed += 1;
        self.lines.push(line);
    }

    /// A case whose two sides differ, and how.
    pub fn fail(&mut self, name: &str, difference: &str) {
        self.n_failed += 1;
        self.lines.push(format!("FAILED: {name}\n{difference}"));
    }

    /// A case that cannot be here, and why.
    pub fn skip(&mut self, name: &str, why: &str) {
        self.n_skipped += 1;
        self.lines.push(format!("skipped: {name}: {why}"));
    }

    /// Writes them and fails the test if anything has failed, or nothing was compared.
    pub fn close(mut self) {
        let skipped = if self.n_skipped > 0 { format!(", {} skipped", self.n_skipped) } else { String::new() };
        self.lines.push(format!("{} passed, {} failed{skipped}\n", self.n_passed, self.n_failed));
        let text = self.lines.join("\n");
        if let Some(path) = std::env::var_os("POSTLINK_REPORT").map(PathBuf::from) {
            fs::write(path, &text).expect("it can be written");
        }
        assert!(self.n_failed == 0 && self.n_passed > 0, "{text}");
    }
}
