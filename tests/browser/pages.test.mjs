// The pages as residents meet them, over the demonstration's eight matters: one county, one browser, then one file a question.
// README.md tells what is asked.

import { after, before, describe } from "node:test";
import assert from "node:assert/strict";
import { County, Forked } from "./county.mjs";
import { start } from "./reader.mjs";
import { asked_of_every_page } from "./every_page.mjs";
import { asked_of_the_first_screen } from "./first_screen.mjs";
import { asked_without_scripts } from "./without_scripts.mjs";
import { asked_of_links } from "./links.mjs";
import { told_to_the_end } from "./decided.mjs";
import { asked_of_a_fork } from "./fork.mjs";
import { pictures } from "./pictures.mjs";

describe("the demonstration's pages", () => {
    const stage = {};
    before(async () => {
        stage.county = await County.start();
        stage.chromium = await start();
        stage.matters = await stage.county.matters();
        stage.matter = (status) => stage.matters.find((matter) => matter.status === status);
    });
    after(async () => {
        await stage.chromium?.end();
        if (stage.county) assert.equal(await stage.county.stop(), 0, "it ends cleanly");
    });

    asked_of_the_first_screen(stage);
    asked_of_every_page(stage);
    asked_without_scripts(stage);
    asked_of_links(stage);
    pictures(stage);
    // Last: it changes the county.
    told_to_the_end(stage);
});

describe("pages of a county with a fork", () => {
    const stage = {};
    before(async () => {
        stage.county = await Forked.start();
        stage.chromium = await start();
    });
    after(async () => {
        await stage.chromium?.end();
        await stage.county?.stop();
    });

    asked_of_a_fork(stage);
});
