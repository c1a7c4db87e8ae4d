//! Placeholder main until the command line exists.

fn main() {
    eprintln!("not built yet");
    std::process::exit(2);
}
