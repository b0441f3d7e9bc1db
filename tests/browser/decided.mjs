// The story to its end: the supervisors accept the waiting completion with the line that the demonstration printed, and the page says so.

import { test } from "node:test";
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { PHONE, Reader, with_look } from "./reader.mjs";
import { holds_in_order } from "./first_screen.mjs";

const PATIENCE = 60_000;

export function told_to_the_end(stage) {
    test("a supervisor accepts, and the page says done and verified, and by whom", async () => {
        const reader = await Reader.at(stage.chromium.browser, stage.county.site, PHONE);
        const path = stage.county.path("awaits verification");
        await reader.open(path);
        assert.ok(!(await reader.words()).includes("办结"), "nobody has verified it yet");

        const reason = "现场开关二十次，侧门能走轮椅";
        const { stdout } = await stage.county.run(" review --node ", "--accept", "--reason", reason);
        assert.match(stdout, /Published/);
        const until = Date.now() + PATIENCE;
        // Words come after the statement that names them.
        for (let words = ""; !words.includes("已核实办结") || !words.includes(reason); words = await reader.words()) {
            assert.ok(Date.now() < until, `the page does not change: ${words}`);
            await pause(100);
            await reader.open(path);
        }
        holds_in_order(await reader.first_screen(), ["已核实办结", "监委会 DAY 核实：通过", "换装电动平移门一樘"], "zh", path);
        await reader.open(with_look(path, "lang=en"));
        holds_in_order(await reader.first_screen(), ["Done and verified", "Supervisors, DAY: verified and accepted"], "en", path);
        await reader.open("/search?state=done");
        assert.ok((await reader.words()).includes("24 号院大门"), "it is among the matters done");
        await reader.close();
    });
}
