import {onWillStart, useState} from "@odoo/owl";
import {KanbanController} from "@web/views/kanban/kanban_controller";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

/** The overview, which tells managers what is not set up yet. */
export class StartOverviewController extends KanbanController {
    static template = "aftersales_case.StartOverview";

    setup() {
        super.setup();
        this.startOrm = useService("orm");
        this.start = useState({progress: null});
        onWillStart(async () => {
            this.start.progress = await this.startOrm.call(
                "aftersales.start",
                "get_progress"
            );
        });
    }

    openStart() {
        return this.actionService.doAction("aftersales_case.aftersales_start_action");
    }

    async hideStart() {
        await this.startOrm.call("aftersales.start", "action_hide", [[]]);
        this.start.progress = null;
    }
}

registry.category("views").add("aftersales_overview", {
    ...kanbanView,
    Controller: StartOverviewController,
});
