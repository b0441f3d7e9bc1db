// Links: from the first page on, every link leads to something, and no page is heavy.

import { test } from "node:test";
import assert from "node:assert/strict";
import { LOOKS, with_look } from "./reader.mjs";

/** A page before photos. */
const HEAVIEST = 50 * 1024;

/** Pages for experts: records as they were signed, and evidence. All others are for residents. */
const FOR_EXPERTS = [/^\/log\//, /^\/evidence\//, /^\/receipt\//, /^\/federation\.txt/];

/** Far above what the demonstration has; a crawl that ends here has gone astray. */
const MOST_PAGES = 10000;

const NO_PAGE = "/no-such-page";

export const is_for_residents = (path) => !FOR_EXPERTS.some((pattern) => pattern.test(path));

/** A path with what names one thing among many left out: `/matter/…`, `/office/…/…`, `/search?`. */
function kind(path) {
    const [way, query] = path.split("?");
    const named = way.replace(/^(\/office\/[^/]+\/)[^/]+/, "$1…").split("/");
    return named.map((part) => part.replace(/^\d+(-\d+)*(?=\.|$)/, "…").replace(/^[0-9a-f]{64}/, "…")).join("/") + (query ? "?" : "");
}

/** The links of a page: what it leads to, loads or sends to. */
function links(html) {
    const found = html.matchAll(/ (?:href|src|action)="([^"]*)"/g);
    return [...found].map(([, link]) => link.replaceAll("&amp;", "&").split("#")[0]).filter((link) => link !== "" && !link.startsWith("tel:"));
}

/** Everything that the pages lead to, by path; the switches lead to the same pages in another look, and are not followed. */
async function crawl(site) {
    const found = new Map();
    const waiting = ["/", NO_PAGE];
    const seen = new Set(waiting);
    const visit = async (path) => {
        const answer = await fetch(site + path);
        const text = await answer.text();
        const is_page = (answer.headers.get("content-type") ?? "").startsWith("text/html");
        found.set(path, { status: answer.status, bytes: Buffer.byteLength(text), is_page, links: is_page ? links(text) : [] });
        for (const link of found.get(path).links) {
            assert.ok(link.startsWith("/"), `${path} leads out of the site: ${link}`);
            const switched = /[?&](lang=en|mode=elder)/.test(link);
            if (!switched && !seen.has(link)) waiting.push(link), seen.add(link);
        }
    };
    while (waiting.length > 0 && found.size < MOST_PAGES) await Promise.all(waiting.splice(0, 8).map(visit));
    assert.equal(waiting.length, 0, `more than ${MOST_PAGES} pages from the first one on`);
    return found;
}

/** One page of each kind, and all matters: found from the first page on, so that a new kind of page is asked as well. */
export async function one_of_each_kind(stage) {
    if (!stage.kinds) {
        stage.crawled = await crawl(stage.county.site);
        const kinds = new Map();
        // The heaviest shows most of what a kind can show.
        const pages = [...stage.crawled].filter(([, { is_page }]) => is_page).sort(([a, x], [b, y]) => y.bytes - x.bytes || a.localeCompare(b));
        for (const [path] of pages) if (!kinds.has(kind(path))) kinds.set(kind(path), path);
        const matters = stage.matters.map(({ id }) => `/matter/${id}`);
        // A search that finds nothing, one that finds the most, a real place that has not joined.
        const more = ["/search?q=%E6%B2%A1%E6%9C%89%E8%BF%99%E4%B8%AA", "/search?q=ct", "/place/411381113215"];
        stage.kinds = [...new Set([...kinds.values(), ...matters, ...more])];
    }
    return stage.kinds;
}

export function asked_of_links(stage) {
    test("every link of every page answers, and no page is heavy", async (t) => {
        await one_of_each_kind(stage);
        for (const [path, { status, bytes, is_page }] of stage.crawled) {
            assert.equal(status, path === NO_PAGE ? 404 : 200, path);
            if (is_page) assert.ok(bytes < HEAVIEST, `${path}: ${bytes} bytes`);
        }
        t.diagnostic(`${stage.crawled.size} addresses, ${stage.kinds.length} pages to look at: ${stage.kinds.join(" ")}`);
        for (const { id } of stage.matters) assert.ok(stage.crawled.has(`/matter/${id}`), `no page leads to ${id}`);
    });

    test("no link loses the language or the mode", async () => {
        for (const look of LOOKS.slice(1)) {
            for (const path of await one_of_each_kind(stage)) {
                const answer = await fetch(stage.county.site + with_look(path, look));
                const text = await answer.text();
                assert.ok(Buffer.byteLength(text) < HEAVIEST, with_look(path, look));
                const lost = [];
                for (const link of links(text)) {
                    const choices = look.split("&").filter((choice) => !link.includes(choice));
                    // Files look the same to everybody, and forms send the choices as fields of theirs.
                    if (choices.length > 0 && !/^\/(style\.css|icon\.svg|federation\.txt|api\/|search$)/.test(link)) lost.push(link);
                }
                // The two switches lose one choice, each its own.
                assert.ok(lost.length <= look.split("&").length, `${with_look(path, look)}: ${lost}`);
            }
        }
    });
}
