// A reader with headless Chromium: opens pages, sees what a person would see.
//
// Out of scope: what the pages should say.

import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The smallest phone that counts, and an office PC. */
export const PHONE = { width: 360, height: 640 };
export const DESK = { width: 1280, height: 800 };

/** The ways a page can be asked for. */
export const LOOKS = ["", "lang=en", "mode=elder", "lang=en&mode=elder"];

export const with_look = (path, look) => (look === "" ? path : `${path}${path.includes("?") ? "&" : "?"}${look}`);

/** The browser, with a profile of its own that is gone afterwards. */
export async function start() {
    const profile = await mkdtemp(join(tmpdir(), "luodi-browser-"));
    const browser = await chromium.launch({
        executablePath: "/usr/bin/chromium",
        // A run of its own: no sandbox below root, nothing asked for but the pages.
        args: [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            `--disk-cache-dir=${profile}`,
        ],
    });
    return { browser, end: async () => (await browser.close(), await rm(profile, { recursive: true, force: true })) };
}

/** A person at a screen; `scripted` lets pages run scripts. */
export class Reader {
    static async at(browser, site, screen, { scripted = false } = {}) {
        const context = await browser.newContext({ viewport: screen, javaScriptEnabled: scripted });
        const reader = new Reader();
        reader.site = site;
        reader.screen = screen;
        reader.context = context;
        reader.page = await context.newPage();
        // A page that does not answer is a failure and no reason to wait.
        reader.page.setDefaultTimeout(20_000);
        reader.page.on("request", (request) => reader.asked.push({ url: request.url(), type: request.resourceType() }));
        return reader;
    }

    asked = [];

    /** Opens a path of the site; returns its status. */
    async open(path) {
        this.asked = [];
        const answer = await this.page.goto(this.site + path, { waitUntil: "load" });
        return answer.status();
    }

    /** What stands on the screen without scrolling: whole lines only, nothing hidden, covered or cut off. */
    first_screen() {
        return this.page.evaluate(({ width, height }) => {
            const seen = [];
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            for (let text = walker.nextNode(); text; text = walker.nextNode()) {
                const style = getComputedStyle(text.parentElement);
                if (!text.data.trim() || style.visibility !== "visible" || style.opacity === "0") continue;
                const range = document.createRange();
                let line = "";
                for (let at = 0; at < text.length; at++) {
                    range.setStart(text, at);
                    range.setEnd(text, at + 1);
                    const box = range.getBoundingClientRect();
                    const inside = box.top >= 0 && box.left >= 0 && box.bottom <= height && box.right <= width;
                    if (!inside || (box.width === 0 && text.data[at].trim())) continue;
                    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
                    if (!text.data[at].trim() || (top && (top.contains(text.parentElement) || text.parentElement.contains(top)))) line += text.data[at];
                }
                if (line.trim()) seen.push(line);
            }
            return seen.join(" ").replace(/\s+/g, " ");
        }, this.screen);
    }

    /** All words of the page, what is read out or hovered over among them. */
    words() {
        return this.page.evaluate(() => {
            const spoken = [...document.querySelectorAll("*")].flatMap((each) =>
                ["aria-label", "title", "alt", "placeholder", "value"].map((name) => each.getAttribute(name) ?? ""),
            );
            return [document.title, document.body.innerText, document.body.textContent, ...spoken].join(" ").replace(/\s+/g, " ");
        });
    }

    /** By how many pixels the page is wider than the screen. */
    sticks_out() {
        return this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    }

    /** What axe finds serious or critical. */
    async axe() {
        await this.page.evaluate(AXE);
        const found = await this.page.evaluate(async () => {
            const result = await globalThis.axe.run(document, {
                resultTypes: ["violations"],
                runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
            });
            return result.violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.slice(0, 3).map((node) => node.html.slice(0, 120)) }));
        });
        return found.filter(({ impact }) => impact === "serious" || impact === "critical");
    }

    close() {
        return this.context.close();
    }
}
