// What holds on every kind of page, in both languages and both modes: axe is content, nothing sticks out, text and targets are large enough,
// nothing is loaded from elsewhere, residents read words and no machinery, and everything is marked as a sample.

import { test } from "node:test";
import assert from "node:assert/strict";
import { DESK, LOOKS, PHONE, Reader, with_look } from "./reader.mjs";
import { is_for_residents, one_of_each_kind } from "./links.mjs";

/** Running text, and anything at all, in pixels; in elder mode everything is large. */
const SMALLEST = { standard: { running: 18, any: 14 }, elder: { running: 24, any: 24 } };

/** What is set smaller on purpose: notes beside the text, codes to copy, marks. */
const NOTES = ".small, small, .tag, .chip, .code, .crumbs, .sample, .top, .foot, pre";

const TARGET = 60;

/** Words that no resident has to know. */
const MACHINERY = ["哈希", "区块链", "节点", "hash", "blockchain"];

export function asked_of_every_page(stage) {
    test("axe finds a fault where there is one", async () => {
        const reader = await Reader.at(stage.chromium.browser, stage.county.site, PHONE, { scripted: true });
        await reader.page.setContent('<html lang="zh-CN"><title>x</title><main><p style="color:#bbb">太淡了，看不清</p><img src="data:,"></main>');
        assert.deepEqual((await reader.axe()).map(({ id }) => id).sort(), ["color-contrast", "image-alt"]);
        await reader.close();
    });

    test("axe finds nothing serious on any kind of page, in both languages and both modes", async () => {
        const reader = await Reader.at(stage.chromium.browser, stage.county.site, PHONE, { scripted: true });
        for (const path of await one_of_each_kind(stage)) {
            for (const look of LOOKS) {
                await reader.open(with_look(path, look));
                assert.deepEqual(await reader.axe(), [], with_look(path, look));
            }
        }
        await reader.close();
    });

    for (const screen of [PHONE, DESK]) {
        test(`nothing sticks out at ${screen.width} pixels, and nothing is loaded but the page and its stylesheet`, async () => {
            const reader = await Reader.at(stage.chromium.browser, stage.county.site, screen);
            for (const path of await one_of_each_kind(stage)) {
                for (const look of LOOKS) {
                    const where = with_look(path, look);
                    await reader.open(where);
                    assert.equal(await reader.sticks_out(), 0, `pixels that ${where} is too wide`);
                    for (const { url } of reader.asked) assert.ok(url.startsWith(`${stage.county.site}/`), `${where} asks for ${url}`);
                    const of = (type) => reader.asked.filter((each) => each.type === type).length;
                    assert.deepEqual([of("document"), of("stylesheet"), of("script"), of("font")], [1, 1, 0, 0], where);
                }
            }
            await reader.close();
        });
    }

    for (const [mode, looks] of [["standard", ["", "lang=en"]], ["elder", ["mode=elder", "lang=en&mode=elder"]]]) {
        test(`text and targets are large enough: ${mode}`, async () => {
            const reader = await Reader.at(stage.chromium.browser, stage.county.site, PHONE);
            for (const path of await one_of_each_kind(stage)) {
                for (const look of looks) {
                    await reader.open(with_look(path, look));
                    assert.deepEqual(await too_small(reader, mode), [], with_look(path, look));
                }
            }
            await reader.close();
        });
    }

    test("every page is marked as a sample, and residents read words and no machinery", async () => {
        const reader = await Reader.at(stage.chromium.browser, stage.county.site, PHONE);
        for (const path of await one_of_each_kind(stage)) {
            for (const [look, mark] of [["", "示例"], ["lang=en", "SAMPLE"]]) {
                await reader.open(with_look(path, look));
                const words = await reader.words();
                assert.ok((await reader.first_screen()).includes(mark), `${with_look(path, look)} is not marked`);
                const named = MACHINERY.filter((word) => words.toLowerCase().includes(word));
                if (is_for_residents(path)) assert.deepEqual(named, [], with_look(path, look));
            }
        }
        await reader.close();
    });

    test("what the supervisors rejected is nowhere called done", async () => {
        const reader = await Reader.at(stage.chromium.browser, stage.county.site, PHONE);
        const { id } = stage.matter("verification-failed");
        for (const path of [`/matter/${id}`, `/matter/${id}/check`]) {
            for (const look of LOOKS) {
                await reader.open(with_look(path, look));
                const words = await reader.words();
                assert.ok(!words.includes("办结"), with_look(path, look));
                assert.ok(!/\bdone\b/i.test(words), with_look(path, look));
            }
        }
        await reader.close();
    });
}

/** The texts and targets that are too small in a mode, told by their place in the page. */
export function too_small(reader, mode) {
    return reader.page.evaluate(
        ({ running, any, notes, target }) => {
            const told = (element) => {
                const name = (each) => each.tagName.toLowerCase() + [...each.classList].map((part) => `.${part}`).join("");
                return `${name(element.parentElement)} > ${name(element)}: ${element.textContent.trim().slice(0, 20)}`;
            };
            const found = new Set();
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            for (let text = walker.nextNode(); text; text = walker.nextNode()) {
                const element = text.parentElement;
                const size = parseFloat(getComputedStyle(element).fontSize);
                const least = element.closest(notes) ? any : running;
                // Sizes in rem are fractions of a pixel away from whole ones.
                if (text.data.trim() && size < least - 0.05) found.add(`${size}px ${told(element)}`);
            }
            for (const element of target ? document.querySelectorAll("a, button, input, select, summary") : []) {
                const box = element.getBoundingClientRect();
                if (box.height > 0 && box.height < target - 0.5) found.add(`${Math.round(box.height)}px high ${told(element)}`);
            }
            return [...found];
        },
        { ...SMALLEST[mode], notes: NOTES, target: mode === "elder" ? TARGET : 0 },
    );
}
