import {onMounted, useState} from "@odoo/owl";
import {KanbanController} from "@web/views/kanban/kanban_controller";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

// Each answer costs many questions: for so long the last one is good enough.
const LASTS = 10 * 60 * 1000;
let known = null;

/** The overview, which tells managers what is not set up yet. */
export class StartOverviewController extends KanbanController {
    static template = "aftersales_case.StartOverview";

    setup() {
        super.setup();
        this.startOrm = useService("orm");
        this.start = useState({progress: known && known.progress});
        // The overview itself does not wait for it.
        onMounted(() => this.askProgress());
    }

    async askProgress() {
        if (known && Date.now() - known.at < LASTS) {
            return;
        }
        const progress = await this.startOrm.call("aftersales.start", "get_progress");
        // What is hidden is answered at once, and may be shown again.
        known = progress && {progress, at: Date.now()};
        this.start.progress = progress;
    }

    get isStartTold() {
        const {progress} = this.start;
        return Boolean(progress) && progress.done < progress.count;
    }

    openStart() {
        known = null;
        return this.actionService.doAction("aftersales_case.aftersales_start_action");
    }

    async hideStart() {
        known = null;
        await this.startOrm.call("aftersales.start", "action_hide", [[]]);
        this.start.progress = null;
    }
}

registry.category("views").add("aftersales_overview", {
    ...kanbanView,
    Controller: StartOverviewController,
});
