import {ListController} from "@web/views/list/list_controller";
import {listView} from "@web/views/list/list_view";
import {onWillStart} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

/** The inbox, which says how many mails were refused: nobody is, in silence. */
export class InboxListController extends ListController {
    static template = "aftersales_case.InboxListView";

    setup() {
        super.setup();
        const orm = useService("orm");
        this.refused = 0;
        onWillStart(async () => {
            this.refused = await orm.call("aftersales.intake", "count_refused_lately");
        });
    }

    showRefused() {
        this.actionService.doAction(
            "aftersales_case.aftersales_intake_action_refused",
            {
                clearBreadcrumbs: true,
            }
        );
    }
}

registry
    .category("views")
    .add("aftersales_inbox_list", {...listView, Controller: InboxListController});
