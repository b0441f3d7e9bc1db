// Pictures for people to look at, under target/pages/: no judgement, only that each could be taken.

import { test } from "node:test";
import assert from "node:assert/strict";
import { mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { DESK, LOOKS, PHONE, Reader, with_look } from "./reader.mjs";

export function pictures(stage) {
    test("pictures for people to look at", async (t) => {
        const folder = join(process.env.LUODI_PICTURES ?? "pictures");
        rmSync(folder, { recursive: true, force: true });
        mkdirSync(folder, { recursive: true });
        const shown = stage.matters.map(({ id, status }) => [status, `/matter/${id}`]);
        shown.push(["home", "/"], ["place", "/place/990101002201"], ["check", `/matter/${stage.matter("done").id}/check`]);
        for (const [size, screen] of [["phone", PHONE], ["desk", DESK]]) {
            const reader = await Reader.at(stage.chromium.browser, stage.county.site, screen);
            for (const [name, path] of shown) {
                for (const look of LOOKS) {
                    await reader.open(with_look(path, look));
                    const file = join(folder, `${name}-${size}${look.includes("lang=en") ? "-en" : "-zh"}${look.includes("elder") ? "-elder" : ""}.png`);
                    await reader.page.screenshot({ path: file, fullPage: true });
                    assert.ok(statSync(file).size > 5000, file);
                }
            }
            await reader.close();
        }
        t.diagnostic(`pictures are in ${folder}`);
    });
}
