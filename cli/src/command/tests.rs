use super::*;

fn answer(line: &str, language: Language) -> String {
    parse(line.split(' ').map(OsString::from), language).unwrap_err().text().to_owned()
}

#[test]
fn every_verb_has_help_in_both_languages_and_neither_shows_the_other() {
    let verbs: Vec<String> = Arguments::command().get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
    assert!(verbs.len() >= 11, "{verbs:?}");
    for verb in verbs.iter().map(String::as_str).chain([""]) {
        let line = format!("luodi {verb} --help").replace("  ", " ");
        let (chinese, english) = (answer(&line, Language::Chinese), answer(&line, Language::English));
        assert!(chinese.contains("用法：luodi") && !chinese.contains('¦') && !chinese.contains("Usage"), "{chinese}");
        assert!(english.contains("Usage: luodi") && !english.contains('¦'), "{english}");
        assert!(!english.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{english}");
        // Every option says what it is for, in Chinese: a line of help without a Chinese word has been forgotten.
        for option in chinese.lines().filter(|line| line.trim_start().starts_with('-')) {
            assert!(option.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{verb}: {option}");
        }
    }
}

#[test]
fn the_help_of_verify_reads_so() {
    let expected = "\
核对回执（不联网）

用法：luodi verify [选项] --federation <FILE> <RECEIPT>

参数:
  <RECEIPT>  回执文件

选项:
      --federation <FILE>  联邦文件；其24位指纹应与县里公布的一致
      --body <FILE>        文字内容，回执里没有带上时给出
      --json               以 JSON 输出
      --lang <zh|en>       界面语言：zh 或 en
  -h, --help               显示本说明
";
    assert_eq!(answer("luodi verify --help", Language::Chinese), expected);
}

#[test]
fn a_complaint_names_what_is_missing_or_wrong() {
    let text = answer("luodi verify x.receipt", Language::Chinese);
    assert!(text.starts_with("命令有误：还缺：--federation <FILE>"), "{text}");
    let text = answer("luodi verfy", Language::Chinese);
    assert!(text.contains("没有“verfy”这个命令") && text.contains("verify"), "{text}");
    let text = answer("luodi verify --federaton f x", Language::English);
    assert!(text.contains("--federation"), "{text}");
}

#[test]
fn the_language_flag_is_accepted_after_the_verb_too() {
    let line = "luodi verify x --federation f --lang zh".split(' ').map(OsString::from);
    assert!(matches!(parse(line, Language::Chinese).unwrap().command, Command::Verify(_)));
}
