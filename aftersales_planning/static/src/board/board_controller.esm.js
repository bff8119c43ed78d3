import {useBus, useService} from "@web/core/utils/hooks";
import {FormViewDialog} from "@web/views/view_dialogs/form_view_dialog";
import {TimelineController} from "@web_timeline/views/timeline/timeline_controller.esm";
import {onWillDestroy, status} from "@odoo/owl";
import {useDebounced} from "@web/core/utils/timing";

const CHANGED = "aftersales_planning.board_changed";

/** Brings together the search bar, the model, and what others do meanwhile. */
export class BoardController extends TimelineController {
    setup() {
        super.setup();
        useBus(this.model.bus, "update", () => this.render(true));
        const bus = useService("bus_service");
        const reload = useDebounced(() => this.reload(), 400);
        bus.subscribe(CHANGED, reload);
        onWillDestroy(() => bus.unsubscribe(CHANGED, reload));
    }

    get rendererProps() {
        return {model: this.model, onOpen: this.open.bind(this)};
    }

    /** Read anew, unless the planner has left the board meanwhile. */
    async reload() {
        if (status(this) === "mounted") {
            await this.model.reload();
        }
    }

    // A visit, or a case that has none yet.
    open({kind, id}) {
        const resModel = kind === "case" ? "aftersales.case" : this.model.model_name;
        this.dialogService.add(
            FormViewDialog,
            {resModel, resId: id, size: "lg"},
            {onClose: () => this.reload()}
        );
    }
}
