import {CaseModel} from "../case_model/case_model.esm";
import {KanbanController} from "@web/views/kanban/kanban_controller";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {registry} from "@web/core/registry";
import {useEffect} from "@odoo/owl";

/** A board that opens, where one column fills the screen, on one that has cases. */
export class CaseKanbanController extends KanbanController {
    setup() {
        super.setup();
        useEffect(
            (isReady) => {
                if (isReady && this.env.isSmall) {
                    this.showFirstCases();
                }
            },
            () => [this.model.isReady, this.model.root]
        );
    }

    /** Leave alone what the user scrolled to, and what core puts back. */
    showFirstCases() {
        const {root, useSampleModel} = this.model;
        const board = this.rootRef.el?.querySelector(".o_kanban_renderer");
        if (!board || !root.isGrouped || useSampleModel || board.scrollLeft) {
            return;
        }
        const group = root.groups.find(({count}) => count);
        const column =
            group && board.querySelector(`.o_kanban_group[data-id="${group.id}"]`);
        if (column && column !== board.querySelector(".o_kanban_group")) {
            const {left} = column.getBoundingClientRect();
            board.scrollLeft += left - board.getBoundingClientRect().left;
        }
    }
}

registry.category("views").add("aftersales_case_kanban", {
    ...kanbanView,
    Controller: CaseKanbanController,
    Model: CaseModel,
});
