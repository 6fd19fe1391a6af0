//! Help fits a screen and goes to standard output.
use std::process::Command;

/// Lines of a screen that the user works on.
const SCREEN: usize = 40;

#[test]
fn help_fits_a_screen() {
    let help = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_sidecarize")).args(arguments).arg("--help").env("COLUMNS", "100").output().unwrap();
        assert!(output.status.success(), "{arguments:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let top = help(&[]);
    let commands = top.lines().skip_while(|l| *l != "Commands:").skip(1).take_while(|l| !l.is_empty());
    let names: Vec<&str> = commands.filter(|l| !l.starts_with("   ")).filter_map(|l| l.split_whitespace().next()).collect();
    assert!(names.len() > 8, "{names:?}");
    for name in names.iter().filter(|name| **name != "help") {
        let text = help(&[name]);
        assert!(text.lines().count() <= SCREEN, "{name}: {} lines\n{text}", text.lines().count());
    }
    assert!(top.lines().count() <= SCREEN && top.contains("Examples:"), "{top}");
}
