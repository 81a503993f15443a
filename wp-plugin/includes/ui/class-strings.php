<?php

namespace Tayang\Ui;

defined('ABSPATH') || exit;

/**
 * The texts that the scripts show. They are handed over as data, so that one catalogue (languages/*.po) holds them all.
 */
final class Strings
{
    /**
     * Texts of the panel (assets/time.js, preview.js, plan.js, history.js, panel.js, editor.js), by the key that the scripts use.
     *
     * @return array<string, string>
     */
    public static function panel(): array
    {
        return self::times() + self::states() + self::actions() + self::plan() + self::photos() + self::checks() + self::changes()
            + self::sections();
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
            /* translators: %s: a span of time, such as "12 min" */
            'used_late' => __('used %s: longer than the standard', 'tayang'),
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
            'case_hidden' => __('This content is in the procedure. You have no part in its case, so it is not shown to you.', 'tayang'),
            'new_assignment' => __('New assignment', 'tayang'),
            'not_saved_command' => __('The text could not be saved, so nothing was sent. Save it and press again.', 'tayang'),
            'unsaved_leave' => __('What you changed is not saved yet.', 'tayang'),
            'write_correction' => __('Write the correction', 'tayang'),
            'is_correction' => __('Correction of what is already published.', 'tayang'),
            'correct' => __('Open the correction', 'tayang'),
            'correct_title' => __('Correct what was published', 'tayang'),
            'correct_help' => __(
                'Opens a correction that goes through all steps. Until it is published, readers see the present text.',
                'tayang'
            ),
            'correct_note' => __('What is wrong, and what should stand there', 'tayang'),
        ];
    }

    /** @return array<string, string> */
    private static function plan(): array
    {
        return [
            'plan' => __('Plan of publication', 'tayang'),
            'where' => __('Where it is published', 'tayang'),
            'website' => __('Website', 'tayang'),
            'website_stays' => __('The post is on the website already; the correction takes its place there.', 'tayang'),
            'no_channels' => __('No channel is connected yet.', 'tayang'),
            'caption' => __('Caption', 'tayang'),
            /* translators: %s: channel */
            'caption_for' => __('Caption for %s', 'tayang'),
            'caption_none' => __('No caption yet.', 'tayang'),
            'link_added' => __('The link to the article is added below it.', 'tayang'),
            /* translators: %s: channel */
            'too_long' => __('The text for %s is too long.', 'tayang'),
            /* translators: 1: characters used, 2: characters allowed */
            'characters' => __('%1$d of %2$d characters', 'tayang'),
            /* translators: 1: characters used, 2: characters allowed, 3: characters too many */
            'characters_over' => __('%1$d of %2$d characters: %3$d too many', 'tayang'),
            /* translators: 1: bytes used, 2: bytes allowed */
            'bytes' => __('%1$d of %2$d bytes', 'tayang'),
            /* translators: 1: bytes used, 2: bytes allowed, 3: bytes too many */
            'bytes_over' => __('%1$d of %2$d bytes: %3$d too many', 'tayang'),
            /* translators: 1: hashtags used, 2: hashtags allowed */
            'hashtags' => __('%1$d of %2$d hashtags', 'tayang'),
            /* translators: 1: hashtags used, 2: hashtags allowed, 3: hashtags too many */
            'hashtags_over' => __('%1$d of %2$d hashtags: %3$d too many', 'tayang'),
            /* translators: 1: accounts mentioned, 2: accounts allowed */
            'mentions' => __('%1$d of %2$d accounts mentioned', 'tayang'),
            /* translators: 1: accounts mentioned, 2: accounts allowed, 3: accounts too many */
            'mentions_over' => __('%1$d of %2$d accounts mentioned: %3$d too many', 'tayang'),
            'card' => __('Greeting card', 'tayang'),
            'card_instead' => __('The card goes to the channels, the photos do not.', 'tayang'),
            'problems' => __('This could not be done:', 'tayang'),
            'card_coming' => __('The card is being painted; it appears here in a moment.', 'tayang'),
            'card_design' => __('Design', 'tayang'),
            'card_none' => __('No card', 'tayang'),
            'card_photo' => __('The featured image is the photo of the card.', 'tayang'),
            'card_no_photo' => __('Without a featured image the card has no photo.', 'tayang'),
            /* translators: %s: name of a field */
            'required_label' => __('%s (required)', 'tayang'),
            'preview' => __('See how it will look', 'tayang'),
            'preview_title' => __('How it will look', 'tayang'),
            'preview_help' => __('With the photos cut as they will be. The networks draw it a little differently.', 'tayang'),
            'preview_page' => __('The whole page on the website', 'tayang'),
            'preview_card' => __('The card appears here once it is painted.', 'tayang'),
            'new_tab' => __('(opens in a new tab)', 'tayang'),
            'saving' => __('Saving …', 'tayang'),
            'saved' => __('Saved.', 'tayang'),
            'saved_with_text' => __('Saved; what is said about new pictures is saved with the text.', 'tayang'),
            /* translators: %s: what went wrong */
            'not_saved' => __('Not saved: %s', 'tayang'),
        ];
    }

    /** @return array<string, string> */
    private static function photos(): array
    {
        return [
            /* translators: %d: number of photos */
            'photos' => __('Photos for the channels (%d)', 'tayang'),
            'photos_help' => __('In this order. Change it with the arrows, or by dragging.', 'tayang'),
            'photos_none' => __('No photo goes to the channels.', 'tayang'),
            'photos_pick' => __('Add from the media library', 'tayang'),
            'photos_take' => __('Take these photos', 'tayang'),
            'photos_all' => __('All photos of the post', 'tayang'),
            'photos_left_out' => __('Photos that do not go to the channels', 'tayang'),
            /* translators: 1: channel, 2: number of photos */
            'photos_cut' => __('%1$s takes the first %2$d photos.', 'tayang'),
            /* translators: 1: number of the photo, 2: what it shows */
            'photo_no' => __('Photo %1$d: %2$s', 'tayang'),
            /* translators: 1: number of the photo, 2: number of photos */
            'photo_of' => __('Photo %1$d of %2$d', 'tayang'),
            'photo_before' => __('Previous', 'tayang'),
            'photo_after' => __('Next', 'tayang'),
            'photo_edit' => __('Alt text and crop', 'tayang'),
            'photo_close' => __('Done', 'tayang'),
            /* translators: %d: number of the photo */
            'photo_up' => __('Move photo %d up', 'tayang'),
            /* translators: %d: number of the photo */
            'photo_down' => __('Move photo %d down', 'tayang'),
            /* translators: %d: number of the photo */
            'photo_remove' => __('Leave out photo %d', 'tayang'),
            /* translators: 1: name of the photo, 2: its place, 3: number of photos */
            'photo_moved' => __('%1$s is now photo %2$d of %3$d.', 'tayang'),
            /* translators: %s: name of the photo */
            'photo_removed' => __('%s is left out.', 'tayang'),
            'photo_add' => __('Include', 'tayang'),
            /* translators: %s: what the photo shows */
            'photo_add_one' => __('Include the photo: %s', 'tayang'),
            'photo_caption' => __('Caption of the photo', 'tayang'),
            'alt' => __('Alternative text', 'tayang'),
            'alt_help' => __('What the photo shows, for people who cannot see it.', 'tayang'),
            'alt_none' => __('No alternative text', 'tayang'),
            'focal' => __('Focal point', 'tayang'),
            /* translators: 1: per cent from the left, 2: per cent from the top */
            'focal_at' => __('Focal point: %1$d%% from the left, %2$d%% from the top', 'tayang'),
            'focal_help' => __('Click on what must not be cut off, or use the arrow keys (Shift: larger steps).', 'tayang'),
            'focal_left' => __('Left (%)', 'tayang'),
            'focal_top' => __('Top (%)', 'tayang'),
        ];
    }

    /** @return array<string, string> What the plan lacks. */
    private static function checks(): array
    {
        return [
            'checks' => __('Please look at this first:', 'tayang'),
            'check_nowhere' => __('It is published nowhere: switch on the website or a channel.', 'tayang'),
            /* translators: 1: channel, 2: characters used, 3: characters allowed */
            'check_characters' => __('%1$s: the text has %2$d characters, %3$d are allowed.', 'tayang'),
            /* translators: 1: channel, 2: bytes used, 3: bytes allowed */
            'check_bytes' => __('%1$s: the text has %2$d bytes, %3$d are allowed.', 'tayang'),
            /* translators: 1: channel, 2: hashtags used, 3: hashtags allowed */
            'check_hashtags' => __('%1$s: the text has %2$d hashtags, %3$d are allowed.', 'tayang'),
            /* translators: 1: channel, 2: accounts mentioned, 3: accounts allowed */
            'check_mentions' => __('%1$s: the text mentions %2$d accounts, %3$d are allowed.', 'tayang'),
            /* translators: %s: channel */
            'check_no_picture' => __('%s needs a photo.', 'tayang'),
            /* translators: 1: channel, 2: name of the photo */
            'check_small' => __('%1$s: the photo %2$s is too small, it would look broken.', 'tayang'),
            /* translators: %d: number of photos */
            'check_alt' => __('%d photo(s) have no alternative text.', 'tayang'),
        ];
    }

    /** @return array<string, string> */
    private static function changes(): array
    {
        return [
            'changes' => __('What changed between versions', 'tayang'),
            'changes_none' => __('These two versions are the same.', 'tayang'),
            'changes_first' => __('This is the first version: there is nothing to compare with yet.', 'tayang'),
            'changes_none_yet' => __('Nothing has been handed in yet.', 'tayang'),
            'version_from' => __('From', 'tayang'),
            'version_to' => __('To', 'tayang'),
            /* translators: %d: number of the version */
            'version' => __('Version %d', 'tayang'),
            /* translators: %d: number of the version */
            'version_found' => __('Version %d, as found at publication', 'tayang'),
            'version_public' => __('What is published now', 'tayang'),
            'added_begin' => __('[added:', 'tayang'),
            'removed_begin' => __('[removed:', 'tayang'),
            'change_end' => _x(']', 'end of a change', 'tayang'),
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
            'help' => __('Help', 'tayang'),
            'via_email' => __('by e-mail', 'tayang'),
        ];
    }
}
