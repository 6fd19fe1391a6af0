//! Every `tests/cmd/*.trycmd` and `*.toml` is a session: commands run in the folder of the same name that ends in `.in`, with
//! what must come out. `TRYCMD=overwrite cargo test --test it cmd` writes what came out; read the difference before you commit it.

#[test]
fn commands_answer_as_expected() {
    trycmd::TestCases::new().case("tests/cmd/*.trycmd").case("tests/cmd/*/*.trycmd").case("tests/cmd/*.toml");
}
