import {describe, expect, test} from "@odoo/hoot";
import {mergeAnswers} from "@aftersales_case/gate/merge_answers.esm";

describe.current.tags("headless");

test("an answer is added to what waits, and wins where both name a field", () => {
    const pending = {name: "Bent frame", cause_id: 3};
    expect(mergeAnswers(pending, {cause_id: 7, cost: 12.5}, ["cause_id"])).toEqual({
        name: "Bent frame",
        cause_id: 7,
        cost: 12.5,
    });
    expect(pending).toEqual({name: "Bent frame", cause_id: 3});
});

test("commands of both are kept, those that wait first", () => {
    const pending = {line_ids: [[0, "virtual_1", {quantity: 2}]]};
    const answers = {line_ids: [[1, 5, {quantity: 3}]]};
    expect(mergeAnswers(pending, answers, ["line_ids"])).toEqual({
        line_ids: [
            [0, "virtual_1", {quantity: 2}],
            [1, 5, {quantity: 3}],
        ],
    });
});

test("of own fields only those asked for are taken from the answers", () => {
    const pending = {
        properties: [
            {name: "colour", value: "red"},
            {name: "size", value: false},
        ],
    };
    const answers = {
        properties: [
            {name: "colour", value: "blue"},
            {name: "size", value: 44},
        ],
    };
    expect(mergeAnswers(pending, answers, ["properties.size"])).toEqual({
        properties: [
            {name: "colour", value: "red"},
            {name: "size", value: 44},
        ],
    });
});

test("own fields that nothing waits for are taken as answered", () => {
    const answers = {properties: [{name: "size", value: 44}]};
    expect(mergeAnswers({stage_id: 2}, answers, ["properties.size"])).toEqual({
        stage_id: 2,
        properties: [{name: "size", value: 44}],
    });
});
