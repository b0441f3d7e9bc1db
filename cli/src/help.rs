//! Help and complaints of the argument parser, in the reader's language.
//!
//! Help texts stand in the argument definitions as `中文 ¦ English`; [`localize`] keeps the half that is wanted and names the headings.
//! clap's own complaints are put into Chinese by [`complaint`].

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, Error};

use crate::language::{Language, say};
use crate::refusals;

/// Stands between the Chinese and the English half of a help text.
const DIVIDER: &str = " ¦ ";

/// Keeps the wanted half of every help text below `command`, and puts headings and the help flag itself into that language.
pub(crate) fn localize(command: Command, language: Language) -> Command {
    let help = Arg::new("help")
        .short('h')
        .long("help")
        .action(ArgAction::Help)
        .help(language.pick("显示本说明", "Show this help"))
        .help_heading(language.pick("选项", "Options"))
        .display_order(1000);
    let mut command = halves(command, language)
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .arg(help)
        .subcommand_help_heading(language.pick("命令", "Commands"))
        .help_template(language.pick(
            "{before-help}{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}",
            "{before-help}{about-with-newline}\nUsage: {usage}\n\n{all-args}{after-help}",
        ));
    if command.has_subcommands() {
        command = command.subcommand_value_name(language.pick("命令", "COMMAND"));
    }
    command
        .mut_args(|arg| {
            let heading = if arg.is_positional() { language.pick("参数", "Arguments") } else { language.pick("选项", "Options") };
            let text = half(arg.get_help(), language);
            if !arg.get_action().takes_values() {
                return arg.help(text).help_heading(heading);
            }
            let values: Vec<String> = arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
            let default: Vec<String> = arg.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
            let text = text
                + &note(language.pick("可选：", "one of: "), &values.join(language.pick("、", ", ")), language)
                + &note(language.pick("默认：", "default: "), &default.join(" "), language);
            arg.help(text).help_heading(heading).hide_possible_values(true).hide_default_value(true)
        })
        .mut_subcommands(|subcommand| localize(subcommand, language))
}

/// `what` in brackets behind a help text, or nothing where there is nothing to say.
fn note(title: &str, what: &str, language: Language) -> String {
    match (what.is_empty(), language) {
        (true, _) => String::new(),
        (false, Language::Chinese) => format!("（{title}{what}）"),
        (false, Language::English) => format!(" ({title}{what})"),
    }
}

fn halves(command: Command, language: Language) -> Command {
    let about = half(command.get_about(), language);
    let after = half(command.get_after_help(), language);
    let command = command.about(about);
    if after.is_empty() { command } else { command.after_help(after) }
}

fn half(text: Option<&StyledStr>, language: Language) -> String {
    let text = text.map(ToString::to_string).unwrap_or_default();
    match text.split_once(DIVIDER) {
        Some((chinese, english)) => language.pick(chinese, english).trim().to_owned(),
        None => text,
    }
}

/// What the parser complains of, as a person would say it.
pub(crate) fn complaint(error: &Error, language: Language) -> String {
    if language == Language::English {
        return error.render().to_string();
    }
    let context = |kind| error.get(kind).map(words).unwrap_or_default();
    let argument = context(ContextKind::InvalidArg);
    let value = context(ContextKind::InvalidValue);
    let why = match error.kind() {
        ErrorKind::InvalidValue if value.is_empty() => format!("{argument} 需要一个值"),
        ErrorKind::InvalidValue => {
            let valid = context(ContextKind::ValidValue);
            format!("{argument} 不接受“{value}”，可选：{valid}")
        }
        ErrorKind::ValueValidation => {
            let source = std::error::Error::source(error)
                .map(|source| format!("：{}", refusals::in_chinese(&source.to_string())))
                .unwrap_or_default();
            format!("{argument} 不接受“{value}”{source}")
        }
        ErrorKind::UnknownArgument => format!("没有 {argument} 这个选项"),
        ErrorKind::InvalidSubcommand => format!("没有“{}”这个命令", context(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingRequiredArgument => format!("还缺：{argument}"),
        ErrorKind::MissingSubcommand => "还缺一个命令".to_owned(),
        ErrorKind::ArgumentConflict => format!("{argument} 不能与 {} 同用", context(ContextKind::PriorArg)),
        _ => return error.render().to_string(),
    };
    let usage = error.get(ContextKind::Usage).map(words).unwrap_or_default();
    let usage = usage.trim_start_matches("Usage:").trim();
    let hint = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue]
        .into_iter()
        .find_map(|kind| error.get(kind))
        .map(|close| format!("\n是否想写：{}", words(close)))
        .unwrap_or_default();
    let usage = if usage.is_empty() { String::new() } else { format!("\n\n用法：{usage}") };
    say!(language, "命令有误：{why}{hint}{usage}\n\n加 --help 看说明。\n", "{why}{hint}{usage}")
}

fn words(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(many) => many.join("、"),
        ContextValue::StyledStr(text) => text.to_string(),
        ContextValue::StyledStrs(many) => many.iter().map(ToString::to_string).collect::<Vec<_>>().join("；"),
        other => other.to_string(),
    }
}
