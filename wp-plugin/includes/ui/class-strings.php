<?php

namespace Tayang\Ui;

defined('ABSPATH') || exit;

/**
 * The texts that the scripts show. They are handed over as data, so that one catalogue (languages/*.po) holds them all.
 */
final class Strings
{
    /**
     * Texts of the panel (assets/time.js, plan.js, panel.js, editor.js), by the key that the scripts use.
     *
     * @return array<string, string>
     */
    public static function panel(): array
    {
        return self::times() + self::states() + self::actions() + self::plan() + self::sections();
    }

    /** @return array<string, string> */
    private static function times(): array
    {
        return [
            /* translators: %d: seconds */
            'seconds' => __('%d s', 'tayang'),
            /* translators: %d: minutes */
            'minutes' => __('%d min', 'tayang'),
            /* translators: 1: hours, 2: minutes */
            'hours_minutes' => __('%1$d h %2$d min', 'tayang'),
            /* translators: 1: days, 2: hours */
            'days_hours' => __('%1$d d %2$d h', 'tayang'),
            /* translators: %s: a span of time, such as "12 min" */
            'time_left' => __('%s left', 'tayang'),
            /* translators: %s: a span of time, such as "12 min" */
            'late_by' => __('Late by %s', 'tayang'),
            /* translators: %s: date and time */
            'due_at' => __('due %s', 'tayang'),
            /* translators: %d: minutes */
            'standard' => __('standard %d min', 'tayang'),
            /* translators: %s: a span of time, such as "12 min" */
            'used' => __('used %s', 'tayang'),
        ];
    }

    /** @return array<string, string> */
    private static function states(): array
    {
        return [
            'state_publishing' => __('Being published', 'tayang'),
            'state_waiting' => __('Approved; to be published on', 'tayang'),
            'state_published' => __('Published', 'tayang'),
            'state_cancelled' => __('Cancelled', 'tayang'),
            'state_open' => __('In progress', 'tayang'),
            'step_done' => _x('done', 'step', 'tayang'),
            'step_current' => _x('now', 'step', 'tayang'),
            'step_todo' => _x('to come', 'step', 'tayang'),
            /* translators: 1: number of the step, 2: number of steps */
            'step_of' => __('Step %1$d of %2$d:', 'tayang'),
            /* translators: %d: which attempt at a step */
            'attempt' => __('attempt %d', 'tayang'),
            'your_turn' => __('Your turn:', 'tayang'),
            /* translators: %s: role and person */
            'acts_now' => __('Acts now: %s', 'tayang'),
            'social_only' => __('For social media only, not for the website.', 'tayang'),
            'see_on_site' => __('See it on the website', 'tayang'),
            'delivery_planned' => _x('planned', 'delivery', 'tayang'),
            'delivery_prepared' => _x('prepared', 'delivery', 'tayang'),
            'delivery_armed' => _x('being sent', 'delivery', 'tayang'),
            'delivery_accepted' => _x('sent', 'delivery', 'tayang'),
            'delivery_proven' => _x('published', 'delivery', 'tayang'),
            'delivery_unconfirmed' => _x('not confirmed, please look', 'delivery', 'tayang'),
            'delivery_failed' => _x('failed', 'delivery', 'tayang'),
        ];
    }

    /** @return array<string, string> */
    private static function actions(): array
    {
        return [
            'actions' => __('What you can do', 'tayang'),
            'anyone_in_role' => __('Anyone who holds the role', 'tayang'),
            'who_next' => __('Who does the next step', 'tayang'),
            'note' => __('Note', 'tayang'),
            /* translators: %s: names of buttons */
            'note_needed' => __('Note (needed for: %s)', 'tayang'),
            /* translators: %s: name of a button */
            'note_missing' => __('Write a note first: "%s" needs a reason.', 'tayang'),
            /* translators: %s: name of a person */
            'note_by' => __('Note by %s', 'tayang'),
            'cancel_case' => __('Cancel this assignment', 'tayang'),
            'cancel_reason' => __('Reason', 'tayang'),
            'recorded' => __('Recorded.', 'tayang'),
            'retry' => __('Try again', 'tayang'),
            'loading' => __('Asking the Tayang server …', 'tayang'),
            'unreachable' => __('The Tayang server does not answer.', 'tayang'),
            'text_is_safe' => __('You can go on writing and saving. Steps can be taken once the server answers again.', 'tayang'),
            /* translators: 1: number of the step, 2: role and person who must act */
            'last_known' => __('Last known: step %1$d, %2$s.', 'tayang'),
            'locked' => __('This step is not yours to edit; the content is locked here.', 'tayang'),
            'stale' => __('The content was changed after you opened this page. Load it again before you decide.', 'tayang'),
            'reload' => __('Load again', 'tayang'),
            'open_case' => __('Open the case', 'tayang'),
            'no_case' => __('This content belongs to no procedure. It begins with an assignment.', 'tayang'),
            'new_assignment' => __('New assignment', 'tayang'),
            'not_saved_command' => __('The text could not be saved, so nothing was sent. Save it and press again.', 'tayang'),
            'save_first' => __('There are unsaved changes. Press "Save Draft" first, then take the step.', 'tayang'),
        ];
    }

    /** @return array<string, string> */
    private static function plan(): array
    {
        return [
            'channels' => __('Channels and captions', 'tayang'),
            'no_channels' => __('No channel is connected yet.', 'tayang'),
            'caption' => __('Caption', 'tayang'),
            /* translators: %s: channel */
            'caption_for' => __('Caption for %s', 'tayang'),
            /* translators: 1: characters used, 2: characters allowed */
            'characters' => __('%1$d of %2$d characters', 'tayang'),
            /* translators: 1: characters used, 2: characters allowed, 3: characters too many */
            'characters_over' => __('%1$d of %2$d characters: %3$d too many', 'tayang'),
            'card' => __('Greeting card', 'tayang'),
            'problems' => __('This could not be done:', 'tayang'),
            'card_coming' => __('The card is being painted; it appears here in a moment.', 'tayang'),
            'card_design' => __('Design', 'tayang'),
            'card_none' => __('No card', 'tayang'),
            'card_photo' => __('The featured image is the photo of the card.', 'tayang'),
            'card_no_photo' => __('Without a featured image the card has no photo.', 'tayang'),
            /* translators: %s: name of a field */
            'required_label' => __('%s (required)', 'tayang'),
            'saving' => __('Saving …', 'tayang'),
            'saved' => __('Saved.', 'tayang'),
            /* translators: %s: what went wrong */
            'not_saved' => __('Not saved: %s', 'tayang'),
        ];
    }

    /** @return array<string, string> */
    private static function sections(): array
    {
        return [
            'panel_title' => __('Tayang: procedure', 'tayang'),
            'publish_at' => __('Publication time', 'tayang'),
            'publish_asap' => __('As soon as it is approved.', 'tayang'),
            /* translators: %s: time zone */
            'publish_when' => __('Date and time (%s)', 'tayang'),
            'publish_set' => __('Set the time', 'tayang'),
            'publish_clear' => __('As soon as approved', 'tayang'),
            'steps' => __('Steps', 'tayang'),
            'disposition' => __('Assignment', 'tayang'),
            'disposition_number' => __('Number', 'tayang'),
            'disposition_activity' => __('Activity', 'tayang'),
            'disposition_activity_date' => __('Date', 'tayang'),
            'disposition_place' => __('Place', 'tayang'),
            'disposition_division' => __('Division', 'tayang'),
            'disposition_occasion' => __('Occasion', 'tayang'),
            'disposition_note' => __('Instruction', 'tayang'),
            'deliveries' => __('Where it was published', 'tayang'),
            /* translators: %d: number of mails */
            'mails' => __('Mails sent (%d)', 'tayang'),
            /* translators: 1: name of a person, 2: number of the step */
            'mail_line' => __('%1$s, step %2$d', 'tayang'),
            'mail_waiting' => _x('waiting', 'mail', 'tayang'),
            'history' => __('History', 'tayang'),
            'via_email' => __('by e-mail', 'tayang'),
        ];
    }
}
