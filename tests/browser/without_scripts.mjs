// Every function with scripts off: find a place, switch the language, make it large, go on from there.

import { test } from "node:test";
import assert from "node:assert/strict";
import { PHONE, Reader, with_look } from "./reader.mjs";

const VILLAGE = "/place/990101002201";

export function asked_without_scripts(stage) {
    test("a place is found by name, pinyin and code, and its matters from there", async () => {
        const reader = await Reader.at(stage.chromium.browser, stage.county.site, PHONE);
        const { page } = reader;
        for (const look of ["", "lang=en", "lang=en&mode=elder"]) {
            for (const words of ["杏花村", "xinghua", "xhc", "990101002201"]) {
                await reader.open(with_look("/", look));
                await page.fill("input[name=q]", words);
                await page.press("input[name=q]", "Enter");
                await page.click(`a[href^="${VILLAGE}"]`);
                assert.equal(new URL(page.url()).pathname, VILLAGE, words);
                assert.equal(new URL(page.url()).search.slice(1), look, words);
                await page.click(`a[href^="/matter/${stage.matter("overdue").id}"]`);
                assert.ok((await page.textContent(".band")).includes(look.includes("lang=en") ? "Overdue" : "已逾期"));
            }
        }
        await reader.close();
    });

    test("the button searches as Enter does, and a matter is found by its words", async () => {
        const reader = await Reader.at(stage.chromium.browser, stage.county.site, PHONE);
        await reader.open("/search");
        await reader.page.fill("input[name=q]", "下水道");
        await reader.page.click("button[type=submit]");
        await reader.page.click(`main a[href^="/matter/"]`);
        assert.equal(new URL(reader.page.url()).pathname, `/matter/${stage.matter("verification-failed").id}`);
        await reader.close();
    });

    test("language and mode are switched in place, on every kind of page, and back", async () => {
        const reader = await Reader.at(stage.chromium.browser, stage.county.site, PHONE);
        const { page } = reader;
        const shown = () => page.evaluate(() => [document.documentElement.lang, document.documentElement.className]);
        for (const path of stage.kinds) {
            await reader.open(path);
            assert.deepEqual(await shown(), ["zh-CN", ""], path);
            for (const [name, language, mode] of [["English", "en", ""], ["Large", "en", "elder"], ["中文", "zh-CN", "elder"], ["标准版", "zh-CN", ""]]) {
                await page.click(`.switch a:text-is("${name}")`);
                assert.deepEqual(await shown(), [language, mode], `${path}: ${name}`);
            }
            const [here, there] = [new URL(page.url()), new URL(path, stage.county.site)];
            here.searchParams.sort();
            there.searchParams.sort();
            assert.equal(here.href, there.href, "back where it began");
        }
        await reader.close();
    });

    test("from the first page, a number opens to as many matters", async () => {
        const reader = await Reader.at(stage.chromium.browser, stage.county.site, PHONE);
        await reader.open("/");
        const numbers = await reader.page.$$eval(".numbers a", (all) => all.map((each) => [each.getAttribute("href"), Number(each.querySelector("b").textContent)]));
        assert.ok(numbers.length >= 4);
        for (const [href, number] of numbers) {
            await reader.open(href);
            const rows = await reader.page.$$eval("main a.row[href^='/matter/']", (all) => all.length);
            assert.equal(rows, number, href);
        }
        await reader.close();
    });
}
