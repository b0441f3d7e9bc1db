// What the first screen of a small phone must hold for each of the eight matters, without a script, in both languages: the decision, who is
// responsible, the due date, the money, the status word and who says so.

import { test } from "node:test";
import assert from "node:assert/strict";
import { PHONE, Reader, with_look } from "./reader.mjs";

/** A day in Chinese and in English, whichever it is: the demonstration's days are counted from its start. */
const DAY = { zh: String.raw`(\d+年)?\d+月\d+日`, en: String.raw`\d+ [A-Z][a-z]{2}( \d{4})?` };

/** By status: patterns in the order status, who says so, decision, who is responsible, due, money. `DAY` stands for a day. */
const HELD = {
    done: {
        zh: ["已核实办结", "监委会 DAY 核实：通过", "旧仓库院改建为文化大院", "谁负责 槐安青砖建筑队", "期限 DAY", "钱 98万元"],
        en: ["Done and verified", "Supervisors, DAY: verified and accepted", "The old yard becomes a culture yard", "Who Huai'an Grey Brick Builders", "Due DAY", "Money CNY 980,000"],
    },
    "under-way": {
        zh: ["落实中 已改期", "村委会 DAY 落实进展", "重修出村路 1.8 公里", "谁负责 石桥村村民委员会", "期限 DAY → DAY 已改期 2 次", "钱 126万元"],
        en: ["Being carried out Rescheduled", "Village committee, DAY: Progress", "Rebuild 1.8 km of road", "Who Shiqiao Residents' Committee", "Due DAY → DAY moved 2 times", "Money CNY 1,260,000"],
    },
    overdue: {
        zh: ["已逾期 逾期 23 天", "没有完成报告；最近：村委会 DAY", "老小学两间房改作食堂", "谁负责 杏花村村民委员会", "期限 DAY、DAY", "钱 18.8万元"],
        en: ["Overdue 23 days late", "No report by the due date; last word: Village committee, DAY", "Two rooms of the old school become a canteen", "Who Xinghua Residents' Committee", "Due DAY, DAY", "Money CNY 188,000"],
    },
    "verification-failed": {
        zh: ["核实未通过", "监委会 DAY 核实：没有通过", "疏通主下水道，更换坏管 36 米", "谁负责 畅通管道服务部", "期限 DAY → DAY 已改期 1 次", "钱 8.6万元"],
        en: ["Verification failed", "Supervisors, DAY: not accepted", "Clear the main drain and renew 36 m of pipe", "Who Clearway Pipe Services", "Due DAY → DAY moved once", "Money CNY 86,000"],
    },
    "on-notice": {
        zh: ["公示中 剩 3 天", "居委会、监委会 DAY 协商成果、决议公开", "先办四件事", "谁负责 柳湾社区居民委员会", "期限 DAY – DAY", "钱 27.65万元"],
        en: ["On public notice 3 days left", "Residents' committee and Supervisors, DAY: Outcome published", "Four things first", "Who Liuwan Residents' Committee", "Due DAY – DAY", "Money CNY 276,500"],
    },
    claimed: {
        zh: ["报告完成·待核实", "居委会 DAY 报告完成；监督方还没有核实", "换装电动平移门一樘", "谁负责 柳湾社区居民委员会", "期限 DAY", "钱 1.24万元"],
        en: ["Reported finished, awaiting verification", "Residents' committee, DAY reported it finished; nobody has verified it yet", "A sliding electric gate", "Who Liuwan Residents' Committee", "Due DAY", "Money CNY 12,400"],
    },
    "no-consensus": {
        zh: ["未达成共识", "业主委员会、监委会 DAY 协商成果、决议公开", "没有达成共识，先不装灯", "谁负责 梧桐里社区业主委员会", "期限 未定", "钱 未定"],
        en: ["No consensus", "Owners' Committee and Supervisors, DAY: Outcome published", "No lamps for now", "Who Wutongli Community Owners' Committee", "Due not set", "Money not set"],
    },
    deliberating: {
        zh: ["协商中 再次协商中", "居委会、党组织 DAY “两委”会议商议", "第 1 轮：未达成共识", "谁负责 居委会", "期限 未定", "钱 未定"],
        en: ["Under consultation Consulted again", "Residents' committee and Party branch, DAY: Both committees confer", "Round 1: no consensus", "Who Residents' committee", "Due not set", "Money not set"],
    },
};

/** A piece of text as a pattern that finds it whatever the day is. */
function pattern(piece, language) {
    const escaped = piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/ ?· ?/g, " ?· ?");
    return new RegExp(escaped.replaceAll("DAY", DAY[language]));
}

/** Asserts that `text` holds all pieces, each after the one before. */
export function holds_in_order(text, pieces, language, where) {
    let rest = text;
    for (const piece of pieces) {
        const found = pattern(piece, language).exec(rest);
        assert.ok(found, `${where}: "${piece}" is not there, or not in its place:\n${text}`);
        rest = rest.slice(found.index + found[0].length);
    }
}

export function asked_of_the_first_screen(stage) {
    test("every matter of the story has its own first screen to hold", () => {
        assert.deepEqual(stage.matters.map(({ status }) => status).sort(), Object.keys(HELD).sort());
    });
    for (const [status, held] of Object.entries(HELD)) {
        test(`first screen: ${status}`, async () => {
            const reader = await Reader.at(stage.chromium.browser, stage.county.site, PHONE);
            for (const [language, look] of [["zh", ""], ["en", "lang=en"]]) {
                const path = with_look(`/matter/${stage.matter(status).id}`, look);
                assert.equal(await reader.open(path), 200, path);
                holds_in_order(await reader.first_screen(), held[language], language, path);
            }
            await reader.close();
        });
    }
}
