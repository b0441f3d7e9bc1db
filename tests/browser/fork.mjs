// A log that showed two histories: said loudly where residents look, and both versions side by side. A hostile statement stays text.

import { test } from "node:test";
import assert from "node:assert/strict";
import { DESK, LOOKS, PHONE, Reader, with_look } from "./reader.mjs";
import { too_small } from "./every_page.mjs";

const VILLAGE = "/place/990101001201";
const MATTER = "/matter/990101001201-2026-0001";
const HOSTILE = "/matter/990101001202-2026-0004";

export function asked_of_a_fork(stage) {
    test("the first screen warns, wherever a resident looks", async () => {
        const reader = await Reader.at(stage.chromium.browser, stage.county.site, PHONE);
        for (const path of ["/", "/nodes", VILLAGE, MATTER, `${MATTER}/check`]) {
            for (const [look, warning] of [["", /前后不一致|互相矛盾|不一致的版本/], ["lang=en", /ontradict|Two versions/]]) {
                await reader.open(with_look(path, look));
                assert.match(await reader.first_screen(), warning, with_look(path, look));
            }
        }
        await reader.close();
    });

    test("the warning leads to both versions, which stand every check of a page", async () => {
        for (const screen of [PHONE, DESK]) {
            const reader = await Reader.at(stage.chromium.browser, stage.county.site, screen, { scripted: true });
            await reader.open("/");
            await reader.page.click('[role=alert] a[href^="/evidence/"]');
            const evidence = new URL(reader.page.url()).pathname;
            for (const look of LOOKS) {
                for (const path of [evidence, MATTER]) {
                    const where = with_look(path, look);
                    assert.equal(await reader.open(where), 200);
                    assert.deepEqual(await reader.axe(), [], where);
                    assert.equal(await reader.sticks_out(), 0, where);
                    assert.deepEqual(await too_small(reader, look.includes("elder") ? "elder" : "standard"), [], where);
                }
            }
            await reader.open(evidence);
            const words = await reader.words();
            assert.ok(words.includes('"rejected"') && words.includes('"accepted"'), "both versions are shown");
            await reader.close();
        }
    });

    test("foreign words are text, though scripts are on", async () => {
        const reader = await Reader.at(stage.chromium.browser, stage.county.site, PHONE, { scripted: true });
        for (const path of [HOSTILE, `${HOSTILE}/check`, "/search?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E", "/"]) {
            await reader.open(path);
            const run = await reader.page.evaluate(() => document.querySelectorAll("script, iframe, object, img:not([src^='/'])").length);
            assert.equal(run, 0, path);
            assert.equal(await reader.sticks_out(), 0, path);
        }
        await reader.open(HOSTILE);
        assert.ok((await reader.words()).includes("<script>"), "it is there, as text");
        await reader.close();
    });
}
