//! 说明: what the words mean, how to check, how to object.

use std::sync::Arc;

use axum::extract::State;
use luodi_ledger::matter::codes::Status;
use maud::{Markup, html};

use super::layout;
use super::phrase::{chip, label, status_look};
use crate::look::Look;
use crate::site::Site;

/// What each status word means: the code, in Chinese, in English.
const MEANINGS: [(Status, &str, &str); 12] = [
    (Status::Collecting, "议题已经提出，正在听取意见。", "The topic is raised and views are being collected."),
    (Status::Deliberating, "已经开会商议，还没有结果。", "Meetings have begun; no outcome yet."),
    (Status::NoConsensus, "这一轮没有谈拢，以后可以再次协商。", "This round reached no agreement; it may be consulted again."),
    (Status::OnNotice, "结果已经公布，公示期没有满；有意见现在就提。", "The outcome is published and the notice period runs: object now."),
    (Status::UnderWay, "决定已经生效，正在办。", "The decision stands and is being carried out."),
    (Status::Overdue, "说好的日子过了，没有收到完成报告。", "The promised day has passed without a report of completion."),
    (
        Status::Claimed,
        "办事的一方说完成了，监督委员会还没有核实。",
        "Those in charge say it is finished; the supervisors have not verified it.",
    ),
    (
        Status::VerificationFailed,
        "监督委员会去看了，没有通过，或只通过了一部分。",
        "The supervisors looked and did not accept it, or only in part.",
    ),
    (Status::Done, "监督委员会核实通过。只有这时才写“办结”。", "The supervisors accepted it. Only then does a page say so."),
    (Status::NoAction, "作了决定，没有需要去办的事。", "Decided, and nothing has to be carried out."),
    (Status::Declined, "没有列入协商，写明了原因和去处。", "Not taken into consultation; why, and where to go instead, is said."),
    (Status::Terminated, "经决议不再办。", "Given up by a resolution."),
];

pub(crate) async fn help(State(site): State<Arc<Site>>, look: Look) -> Markup {
    let title = look.say("说明与怎样核对", "Help and how to check");
    let main = html! {
        h1 { (title) }
        section.card {
            h2 { (look.say("这里能看到什么", "What is shown here")) }
            p { (look.say(
                "村、社区协商定下来的事：决定了什么、谁负责、什么时候办完、花多少钱，办了没有。三方的话分开写：村(居)委会怎么说，监督委员会核实怎么样，居民反馈怎么样。",
                "What villages and communities decided: what, who is responsible, by when, for how much money, and whether it was carried out. Three voices are kept apart: what the committee says, what the supervisors found, what residents answered.",
            )) }
        }
        section.card {
            h2 { (look.say("状态是什么意思", "What the status words mean")) }
            dl {
                @for (status, chinese, english) in MEANINGS {
                    @let (drawing, class) = status_look(status);
                    dt { (chip(&drawing, class, &label(&look, &status))) }
                    dd { (look.say(chinese, english)) }
                }
            }
            p { (look.say(
                "改过的期限、被否定的报告、作废的记录都不会消失，只会划掉并写明原因。",
                "Moved deadlines, rejected reports and void records never vanish; they are struck through, with the reason.",
            )) }
        }
        section.card {
            h2 { (look.say("怎样提意见", "How to object")) }
            p { (look.say(
                "公示期内，向监督委员会、乡镇(街道)或县级部门提出，电话和地址在每个事项页的“有意见找谁”。收到的异议和答复都会登记在事项页上，只写件数，不写姓名。",
                "During the notice period, tell the supervisors, the township or the county; each matter page says whom to ask, with phone and address. Objections and answers are recorded there by number, never by name.",
            )) }
        }
        section.card id="check" {
            h2 { (look.say("怎样核对", "How to check")) }
            ol {
                li { (look.say("打开事项页，看“可信吗”那一句。", "Open a matter and read the sentence under “Can this be trusted?”.")) }
                li { (look.say("点“逐条核对”，看每一步是谁签的、当时有没有权签、几处保存的是不是一样。", "Follow “Check each signature” to see who signed each step, whether they were in office, and whether the copies are the same.")) }
                li { (look.say("不放心，就下载回执，在自己的电脑上核对，不用联网，也不用相信本站。", "If in doubt, download a receipt and check it on your own computer, off line and without trusting this site.")) }
            }
            p { (look.say("联盟文件的指纹，要和纸上印的一样：", "The fingerprint of the federation file, to compare with the one on paper: ")) b { (site.settings().federation.fingerprint()) } }
        }
        section.card {
            h2 { (look.say("按什么规程", "By what rules")) }
            p { (look.say("到会、票数、公示和答复的天数，都按公开的规程重新算。", "Quorums, votes, notice days and days to answer are computed anew by published rules. "))
                a href=(look.to("/rules")) { (look.say("看规程和条文", "The rules and their articles")) } }
        }
        section.card id="data" {
            h2 { (look.say("数据", "Data")) }
            p { (look.say(
                "每个列表下面都有 CSV 和 JSON。各类记录的格式和用到的代码：",
                "Every list can be downloaded as CSV and JSON. The form of each kind of record, and the codes in use: ",
            ))
                a href=(look.asset("/api/schemas")) { (look.say("格式 (JSON Schema)", "JSON Schemas")) } " · "
                a href=(look.asset("/api/codes")) { (look.say("代码表", "code lists")) } }
        }
        section.card {
            h2 { (look.say("个人信息", "Personal data")) }
            p { (look.say(
                "这里不登记居民的姓名、证件、电话和住址，只登记人数。本站不用 cookie，不统计访问者。",
                "No resident's name, papers, phone or address is recorded here, only numbers of people. This site sets no cookie and does not track its readers.",
            )) }
        }
    };
    layout::page(&site, &look, title, None, &main)
}
