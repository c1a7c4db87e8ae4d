// SPDX-License-Identifier: GPL-2.0-only

//! How much work something took, as time on the processor: other load on the machine does not lengthen it.

use std::fs;
use std::sync::Arc;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

/// The time this thread has run so far.
pub fn of_thread() -> Duration {
    of("/proc/thread-self/schedstat")
}

/// The time that a file of the kernel's scheduler begins with, in nanoseconds.
fn of(file: &str) -> Duration {
    let text = fs::read_to_string(file).expect("Linux with scheduler statistics");
    let first = text.split(' ').next().and_then(|number| number.parse().ok());
    Duration::from_nanos(first.unwrap_or_else(|| panic!("{file}: {text}: no time")))
}

/// Ends the process when the thread that made this runs for longer than a limit without saying that it does something else.
pub struct Watchdog {
    doing: Arc<Mutex<(String, Duration)>>,
}

impl Watchdog {
    /// Watches this thread.
    pub fn start(limit: Duration) -> Self {
        let watchdog = Self { doing: Arc::default() };
        watchdog.doing("nothing");
        let doing = Arc::downgrade(&watchdog.doing);
        let thread = fs::read_link("/proc/thread-self").expect("Linux");
        let file = format!("/proc/{}/schedstat", thread.display());
        thread::spawn(move || {
            // When the test has ended there is nothing to watch.
            while let Some(doing) = doing.upgrade() {
                let now = of(&file);
                let (what, since) = doing.lock().expect("nobody panics with it").clone();
                if now.saturating_sub(since) > limit {
                    eprintln!("no end on {what}");
                    std::process::abort();
                }
                drop(doing);
                thread::sleep(limit / 10);
            }
        });
        watchdog
    }

    /// The thread begins with something.
    pub fn doing(&self, what: &str) {
        *self.doing.lock().expect("nobody panics with it") = (what.to_owned(), of_thread());
    }
}
